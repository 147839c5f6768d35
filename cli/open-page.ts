/** Shows a page to the person at the keyboard. */
import { spawn } from 'node:child_process';

/** Leaves it to the desktop; without one, what was printed has to do. `page` is an absolute path, or a link. */
export function openPage(page: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const child = spawn(opener, [page], { detached: true, stdio: 'ignore' });
  child.on('error', () =>
    process.stderr.write(`nexthop: cannot open a browser here; open ${page} yourself\n`),
  );
  child.unref();
}
