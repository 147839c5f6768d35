/**
 * What lies before a host in the live world, by routes of the sandbox: the kernel itself refuses, reports the host as
 * unreachable, or says nothing. Each needs a program run, so only scenarios that ask for it pay for it.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Reachability } from '../virtual/path.ts';

const run = promisify(execFile);
const LIMIT_MS = 5_000;

/** Returns what takes it back. A refused host is one that nobody listens for: that is the caller's. */
export async function setReachability(
  address: string,
  reachability: Reachability,
): Promise<() => Promise<void>> {
  const family = address.includes(':') ? '-6' : '-4';
  const target = `${address}/${family === '-6' ? 128 : 32}`;
  const ip = async (...words: readonly string[]) => {
    await run('ip', [family, ...words], { timeout: LIMIT_MS });
  };
  const route = (...words: readonly string[]): Promise<() => Promise<void>> =>
    ip('route', 'add', 'table', 'local', ...words).then(
      () => () => ip('route', 'del', 'table', 'local', target).catch(() => {}),
    );
  switch (reachability) {
    case 'unreachable':
      return route('unreachable', target);
    case 'networkUnreachable':
      // Ends the search in the table of local addresses; there is no route in any other.
      return route('throw', target);
    case 'silent': {
      // A link whose other end answers nothing: with a neighbour entry there is not even an ARP failure.
      await ensureSilentLink();
      await ip(
        'neigh',
        'replace',
        address,
        'lladdr',
        '02:00:00:00:00:01',
        'dev',
        SILENT_LINK,
        'nud',
        'permanent',
      );
      return route(target, 'dev', SILENT_LINK);
    }
    default:
      return async () => {};
  }
}

const SILENT_LINK = 'silent0';
let silentLink: Promise<void> | undefined;

function ensureSilentLink(): Promise<void> {
  silentLink ??= (async () => {
    await run('ip', ['link', 'add', SILENT_LINK, 'type', 'veth', 'peer', 'name', `${SILENT_LINK}p`], {
      timeout: LIMIT_MS,
    });
    await run('ip', ['link', 'set', SILENT_LINK, 'up'], { timeout: LIMIT_MS });
    await run('ip', ['link', 'set', `${SILENT_LINK}p`, 'up'], { timeout: LIMIT_MS });
  })();
  return silentLink;
}
