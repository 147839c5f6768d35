/** Sends replies the way an `Action` wants them sent: whole, in segments, or a few bytes at a time. */

import type { Peer } from './peer.ts';
import type { Tap } from './recorder.ts';
import type { Action } from './switches.ts';

/**
 * Sends one reply. `lines` is what a correct server would say, without line ends. Plain replies are queued, so that
 * those to a pipelined group leave together (RFC 2920 3.2); anything with a delay or a form of its own goes by itself.
 * Returns the lines said, undefined when the action has no reply.
 */
export async function sendReply(
  peer: Peer,
  tap: Tap,
  action: Action,
  lines: readonly string[],
): Promise<readonly string[] | undefined> {
  if (action.delayMs > 0) {
    await peer.flush();
    tap.fault(`delay ${action.delayMs} ms`);
    await peer.sleep(action.delayMs);
  }
  if (action.reply.kind === 'none') return undefined;
  const said = action.reply.kind === 'verbatim' ? action.reply.text.split('\n') : lines;
  const bytes = Buffer.from(said.map((line) => line + action.lineEnd).join(''));
  if (action.segments) {
    await peer.flush();
    for (const segment of cut(bytes, action.segments)) await peer.write(segment);
  } else if (action.trickle) {
    await peer.flush();
    const { bytes: size, everyMs } = action.trickle;
    tap.fault(`trickle ${size} bytes every ${everyMs} ms`);
    for (let at = 0; at < bytes.length && !peer.gone; at += size) {
      if (at > 0) await peer.sleep(everyMs);
      await peer.write(bytes.subarray(at, at + size));
    }
  } else peer.queue(bytes);
  return said;
}

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const segments: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) return segments;
    segments.push(bytes.subarray(at, at + size));
    at += size;
  }
  if (at < bytes.length) segments.push(bytes.subarray(at));
  return segments;
}

/** The code that a client reads from a reply: the first three digits of its last line; undefined for garbage. */
export function replyCode(lines: readonly string[] | undefined): number | undefined {
  const digits = /^[2-5]\d\d(?=[ -]|$)/.exec(lines?.at(-1) ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}
