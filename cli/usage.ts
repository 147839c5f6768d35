/** A mistake of the person at the keyboard: one line that names it and the cure. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitStatus: number;

  constructor(message: string, exitStatus: number = EXIT.usage) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/** Exit statuses of the commands, as the README lists them; those of `send` are from sysexits(3). */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  sendUsage: 64,
  noInput: 66,
  undeliverable: 69,
  outputError: 74,
  deferred: 75,
  interrupted: 130,
} as const;
