/** Talks with other programs of Postfix: one request, one answer, on a connection of its own. */

import { onAbort } from '../platform/on-abort.ts';
import type { Platform } from '../platform/platform.ts';
import { withTimeLimit } from '../platform/time-limit.ts';
import { AttributeReader } from './attributes.ts';

export interface ServiceTalk {
  readonly platform: Platform;
  /** `ipc_timeout` */
  readonly limitMs: number;
}

/** A program of Postfix that is not there, or does not speak as it should. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

/** The lists that a stream consists of. Throws AttributesError. */
export async function* listsIn(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<ReadonlyMap<string, string>, void> {
  const reader = new AttributeReader();
  for await (const chunk of stream) yield* reader.push(chunk);
  reader.end();
}

/**
 * Rejects when the service cannot be reached, has another protocol or none, or does not answer in time. The request is made
 * of what the service says first.
 */
export function askService(
  path: string,
  protocol: string,
  requestFor: (greeting: ReadonlyMap<string, string>) => Uint8Array,
  { platform: { clock, network }, limitMs }: ServiceTalk,
): Promise<ReadonlyMap<string, string>> {
  return withTimeLimit({ clock, limitMs }, async (signal) => {
    const connection = await network.connectUnix(path, signal);
    const ignoreAbort = onAbort(signal, () => connection.destroy());
    // What it says of its end is said by the iteration, too.
    connection.on('error', () => {});
    const lists = listsIn(connection);
    const next = async () => {
      const { value } = await lists.next();
      if (value === undefined) throw new ServiceError(`${path}: went away without an answer`);
      return value;
    };
    try {
      const greeting = await next();
      if (greeting.get('protocol') !== protocol)
        throw new ServiceError(`${path}: speaks ${greeting.get('protocol')} instead of ${protocol}`);
      connection.write(requestFor(greeting));
      return await next();
    } finally {
      ignoreAbort();
      connection.destroy();
    }
  });
}

/** Throws ServiceError for a status that is none of those that mean success. */
export function checkStatus(answer: ReadonlyMap<string, string>, path: string, fine = ['0']): void {
  const status = answer.get('status') ?? '';
  if (!fine.includes(status)) throw new ServiceError(`${path}: status ${status || 'missing'}`);
}
