/**
 * Lines of the mail log in which Postfix's clients tell of their own workings, once debug_peer_list or the log level of
 * TLS makes them: our
 * client has others. What is said to a server and by it, `> host[address]:port: line` and `<`, is not among them.
 */
const workings: readonly RegExp[] = [
  // Named after the function at work.
  /^[a-z0-9]+(?:_[a-z0-9]+)+: /,
  /^connecting to \S+ port /,
  /^(?:begin|end) \S+ address list$/,
  /^pref +\d+ host /,
  /^lookup \S+ type \S+ flags/,
  /^global TLS level: /,
  /^fd=\d+: stream buffer size /,
  /^server features: 0x/,
  // What OpenSSL tells while it is at a handshake, and of which Node has no word (security reference 11.1).
  /^SSL_connect:/,
  /: depth=\d+ verify=[01](?: |$)/,
  // What programs of Postfix say to each other.
  /^connect to subsystem /,
  /^(?:private|public)\/\S+(?: socket)?: wanted attribute: /,
  /^(?:send attr|input attribute name:|input attribute value:) /,
  /^Using E?[SL]MTP PIPELINING, /,
];

export function tellsOfWorkings(line: string): boolean {
  return workings.some((pattern) => pattern.test(line));
}
