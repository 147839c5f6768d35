/** What may be demanded of SASL mechanisms, by the words of `smtp_sasl_security_options`. Case matters. */
export const SECURITY_OPTIONS = [
  'noplaintext',
  'noactive',
  'nodictionary',
  'forward_secrecy',
  'noanonymous',
  'mutual_auth',
] as const;

export type SecurityOption = (typeof SECURITY_OPTIONS)[number];
