/** What a page asks for: read whole, within limits, and held against what there is. */
import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import type { Results } from '../../scenarios/results.ts';
import type { Selection } from './protocol.ts';

/** Ids of 100,000 scenarios. */
const bodyLimitBytes = 8 * 1024 * 1024;

/** A request that is not fulfilled; the message is one line for the person at the page. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const order = z.strictObject({ scenarios: z.array(z.string()).min(1).exactOptional() });

/**
 * Which scenarios are to be run. Only those of the report can be named: what is on a command line may be a file, and
 * a page must not have files run.
 * @throws RequestError
 */
export async function readSelection(request: IncomingMessage, results: Results): Promise<Selection> {
  if (request.headers['content-type'] !== 'application/json') throw new RequestError(415, 'not JSON');
  let value: unknown;
  try {
    value = JSON.parse(await bodyOf(request));
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, 'not JSON');
  }
  const parsed = order.safeParse(value);
  if (!parsed.success) throw new RequestError(400, 'not a selection of scenarios');
  const { scenarios } = parsed.data;
  if (scenarios === undefined) return undefined;
  const known = new Set(results.results.map(({ scenario }) => scenario));
  if (!scenarios.every((id) => known.has(id)))
    throw new RequestError(400, 'a scenario is not in the report; load it again');
  return scenarios;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyLimitBytes) throw new RequestError(413, `more than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
