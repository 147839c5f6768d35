/**
 * Text of two senders made comparable: what differs between any two deliveries, and so means nothing, becomes a word
 * in capitals. Pure: the report page uses it in a browser.
 */

interface Rule {
  /** Why a difference here means nothing. */
  readonly because: string;
  readonly pattern: RegExp;
  readonly becomes: string;
}

const rules: readonly Rule[] = [
  {
    because: 'the process that logs',
    pattern: /^[\w./-]+\[\d+\]: /,
    becomes: '',
  },
  {
    because: 'every mail system names queued messages its own way: short (hex) or long (base 52) queue ids',
    pattern: /^(?:[0-9A-F]{6,20}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20}): /,
    becomes: 'QUEUEID: ',
  },
  {
    because: 'the server counts the messages it has taken',
    pattern: /\bqueued as [\w./-]+/g,
    becomes: 'queued as QUEUEID',
  },
  {
    because: 'real time never repeats itself',
    pattern: /\bdelay=[\d.]+, delays=[\d./]+/g,
    becomes: 'delay=TIME, delays=TIME',
  },
  {
    because: 'a challenge with something random in it is for one authentication only (RFC 4422 section 3)',
    pattern: /^334 [A-Za-z0-9+/]{16,}={0,2}$/,
    becomes: '334 CHALLENGE',
  },
  {
    because: 'the clock, RFC 5322 section 3.3',
    pattern:
      /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d(?::\d\d)? [+-]\d{4}(?: \([A-Z]+\))?/g,
    becomes: 'DATE',
  },
  {
    because:
      'where in its own sources OpenSSL found a fault: another release has another line, and Node tells none',
    pattern: /(\bTLS library problem: error:[^:]*:[^:]*:[^:]*:[^:]*:)[\w./-]+\.c:\d+:/g,
    becomes: '$1',
  },
  {
    because: 'what else OpenSSL knows of a file that it cannot read, of which Node tells nothing',
    pattern: /(\bTLS library problem: .*:)(?:calling fopen\(.*\)|No supported data to decode\..*|Type=\w+):$/,
    becomes: '$1',
  },
  {
    because: 'before release 3.9 Postfix called this a certificate',
    pattern: /(: re-using session with untrusted) certificate,/g,
    becomes: '$1 peer credential,',
  },
  {
    because: 'before release 3.9 Postfix called the parts of this line otherwise',
    pattern: /(: subject_CN=.*, issuer)_CN(=.*,) fingerprint=(.*, pkey)_fingerprint=/,
    becomes: '$1$2 cert fingerprint=$3 fingerprint=',
  },
  {
    because: 'what a cached session depends on has another digest in each program',
    pattern: /( session (?:smtp|lmtp)(?:&[^&]*){3}&).*&[0-9A-F]{64} /,
    becomes: '$1KEY ',
  },
  {
    because: 'what OpenSSL calls alerts of all versions: sslv3 alert in release 3.0, ssl/tls alert in 3.5',
    pattern: /(\bTLS library problem: error:[^:]*:[^:]*::)(?:sslv3|ssl\/tls|tlsv1|tlsv13) alert/g,
    becomes: '$1alert',
  },
  {
    because: 'the name and version of the software itself',
    pattern: /\b(?:Nexthop|Postfix|Exim|OpenSMTPD|msmtp|nodemailer)[ /-]v?\d+(?:\.\d+)+[\w.-]*/gi,
    becomes: 'SOFTWARE',
  },
];

/** A reply, a reason, a command or a line of the mail log. */
export function normaliseText(text: string): string {
  return rules.reduce((result, { pattern, becomes }) => result.replace(pattern, becomes), text);
}

/**
 * A line of the mail log. Of the line for a recipient only the shape is left: relay, status code, status and reason
 * are compared as its outcome, and one difference is not to be counted twice; `tls=` is told by Postfix since 3.11 only.
 */
export function normaliseLogLine(text: string): string {
  return normaliseText(text).replace(
    /relay=\S*, (.*?)(?:tls=\S+, )?dsn=[\d.]+, status=[\w-]+ \(.*$/,
    'relay=RELAY, $1dsn=DSN, status=STATUS (REASON)',
  );
}

const madeUpHeader = /^(message-id|resent-message-id|content-id):.*$/i;
const boundaryParameter = /\bboundary=(?:"([^"\n]+)"|([^\s;"]+))/gi;

/** The lines of a message: identifiers and MIME boundaries that a sender makes up are numbered in order of appearance. */
export function normaliseContent(lines: readonly string[]): string[] {
  const names = new Map<string, string>();
  const nameOf = (boundary: string) => {
    const name = names.get(boundary) ?? `BOUNDARY${names.size + 1}`;
    names.set(boundary, name);
    return name;
  };
  return lines.map((line) => {
    const named = line
      .replace(
        boundaryParameter,
        (_, quoted?: string, bare?: string) => `boundary=${nameOf(quoted ?? bare ?? '')}`,
      )
      // RFC 2046 section 5.1.1: two hyphens and the boundary; two more at the end.
      .replace(/^--(\S.*?)(--)?\s*$/, (whole, boundary: string, end = '') => {
        const name = names.get(boundary);
        return name === undefined ? whole : `--${name}${end}`;
      });
    return normaliseText(named.replace(madeUpHeader, '$1: ID'));
  });
}
