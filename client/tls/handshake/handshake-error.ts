/**
 * A handshake failed. The message completes "SSL_connect error to HOST: ...", and is empty where the log was told
 * already; `problem` is what OpenSSL says of it.
 */
export class HandshakeError extends Error {
  readonly problem: string | undefined;

  constructor(text: string, problem?: string) {
    super(text);
    this.name = 'HandshakeError';
    this.problem = problem;
  }
}
