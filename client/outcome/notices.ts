/** Mail of our own to the postmaster, when a server does what it should not (delivery reference 9.5). */

/** What a session met that a postmaster may want to know: words of `notify_classes`. */
export type Trouble = 'protocol' | 'data';

export interface Notice {
  readonly sender: string;
  /** A local part alone is of this mail system. */
  readonly recipient: string;
  /** A message with LF line ends; who takes it adds Message-ID and Received. */
  readonly content: string;
}

/** Takes a notice for delivery; rejects when that is not possible at once. Notices are not worth waiting for. */
export type PostNotice = (notice: Notice) => Promise<void>;
