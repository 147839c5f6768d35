/** Mail of our own to the postmaster, when a server does what it should not (delivery reference 9.5). */

/** What a session met that a postmaster may want to know: words of `notify_classes`. */
export type Trouble = 'protocol' | 'data';

export interface Notice {
  readonly sender: string;
  /** A local part alone is of this mail system. */
  readonly recipient: string;
  /** A message with LF line ends; who takes it adds Message-ID and Received. */
  readonly content: string;
  /** It is inspected by header and body checks and Milters as mail from outside is (`internal_mail_filter_classes`). */
  readonly inspect: boolean;
  /** It needs SMTPUTF8 if addresses or headers of it are found to (`smtputf8_autodetect_classes`). */
  readonly detectSmtputf8: boolean;
}

/** Takes a notice for delivery; rejects when that is not possible at once. Notices are not worth waiting for. */
export type PostNotice = (notice: Notice) => Promise<void>;
