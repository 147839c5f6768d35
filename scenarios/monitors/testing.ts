/** For tests: sessions written down as lines, and evidence around them. */
import type { Session, SessionEntry, TlsFacts } from '../../simulator/session.ts';
import type { Evidence } from '../evidence.ts';
import type { Conversation } from './conversation.ts';
import { readConversation } from './conversation.ts';

/**
 * Entries one by one: `S: 250 Ok` and `C: QUIT` get their CRLF, a newline inside stands for CRLF too (one segment with
 * several lines); `C! close` and the like are events; `C= ...` are raw bytes, in Latin-1, without anything added;
 * `{TLS}` is where TLS began, `S? text` what the host did on purpose.
 */
export function sessionOf(host: string, ...lines: readonly string[]): Session {
  const entries = lines.map((line, index): SessionEntry => {
    const from = line.startsWith('C') ? 'client' : 'server';
    const atMs = index * 10;
    const rest = line.slice(3);
    if (line.startsWith('{TLS')) return { atMs, from: 'client', event: 'tls', tls: someTls(line) };
    if (line[1] === '?') return { atMs, from: 'server', event: 'fault', text: rest };
    if (line[1] === '!') return { atMs, from, event: rest === 'reset' ? 'reset' : 'close' };
    const text = line[1] === '=' ? rest : `${rest.replaceAll('\n', '\r\n')}\r\n`;
    return { atMs, from, bytes: Buffer.from(text, 'latin1') };
  });
  return { host, address: '192.0.2.1', port: 25, openedAtMs: 0, entries };
}

/** `{TLS}`, or `{TLS sni=NAME}`. */
function someTls(mark: string): TlsFacts {
  return {
    sni: /sni=([^}]+)/.exec(mark)?.[1],
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    resumed: false,
    clientCertificate: undefined,
  };
}

export function conversationOf(...lines: readonly string[]): Conversation {
  return readConversation(sessionOf('mx', ...lines));
}

/** Evidence with these parts, and nothing where none is given. */
export function evidenceOf(parts: Partial<Evidence> = {}): Evidence {
  const sessions = parts.sessions ?? [];
  return {
    world: 'virtual',
    sender: { name: 'test', claims: new Set(['postfix']) },
    submissions: [],
    outcomes: [],
    log: [],
    conversations: sessions.map(readConversation),
    attempts: [],
    deliveries: [],
    queries: [],
    questions: [],
    elapsedMs: 0,
    problems: [],
    listening: new Map(),
    ...parts,
    sessions,
  };
}
