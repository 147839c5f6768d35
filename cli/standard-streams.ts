/** What happens when nobody takes the output of the command. */
import { EXIT } from './usage.ts';

/**
 * A reader that has seen enough (`| head`) is no error: the work goes on, since a delivery or a report does not
 * depend on it, and what is written from then on is dropped. Output lost for another reason is told, and shows in
 * the exit status of a command that was all right otherwise.
 */
export function watchStandardStreams(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    process.stderr.write(`nexthop: cannot write to standard output: ${code ?? message}\n`);
    process.once('exit', () => {
      process.exitCode ||= EXIT.outputError;
    });
  });
}
