/** Errors that look like those of Node's own network and file calls: code, errno, syscall, address, port, path. */
import { getSystemErrorMap } from 'node:util';

/** By code; the numbers are negative already. */
const ERRNO = new Map([...getSystemErrorMap()].map(([errno, [code]]) => [code, errno]));

export interface SystemErrorPlace {
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
}

export interface SystemError extends NodeJS.ErrnoException {
  address?: string;
  port?: number;
}

/** Shapes: `connect ECONNREFUSED 192.0.2.1:25`, `read ECONNRESET`, `bind EADDRNOTAVAIL 192.0.2.9`, `open ENOENT /x`. */
export function systemError(code: string, syscall: string, place: SystemErrorPlace = {}): SystemError {
  const { address, port, path } = place;
  let where = '';
  if (address !== undefined) where = port === undefined ? ` ${address}` : ` ${address}:${port}`;
  else if (path !== undefined) where = ` ${path}`;
  const error: SystemError = new Error(`${syscall} ${code}${where}`);
  error.code = code;
  error.syscall = syscall;
  const errno = ERRNO.get(code);
  if (errno !== undefined) error.errno = errno;
  if (address !== undefined) error.address = address;
  if (port !== undefined) error.port = port;
  if (path !== undefined) error.path = path;
  return error;
}

/** What an aborted connect rejects with, as Node does: `code` is `ABORT_ERR`, `cause` the signal's reason. */
export function abortError(signal: AbortSignal): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  error.code = 'ABORT_ERR';
  return error;
}
