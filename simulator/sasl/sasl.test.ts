/** Our client and the servers of the simulator: honest ones agree, and no lie is believed. */
import { describe, expect, test } from 'vitest';
import { SaslError } from '../../client/sasl/exchange.ts';
import { MECHANISMS } from '../../client/sasl/mechanisms.ts';
import { AuthDialogue } from './dialogue.ts';
import type { SaslOptions } from './exchange.ts';
import { compileSasl } from './server.ts';

const BINDING = Buffer.from('of this very channel');
const ROUNDS_LIMIT = 10;

/** The last reply of the server, or what our client says to a server that it does not believe. */
function converse(name: string, options: Partial<SaslOptions> = {}, password = 'p=ss, wörd') {
  let random = 0;
  const randomBytes = (count: number) => {
    random += 1;
    return Buffer.alloc(count, random);
  };
  const host = 'mx.example.test';
  const mechanism = MECHANISMS.find((each) => each.name === name);
  const client = mechanism?.begin?.({
    user: 'us=er,ü',
    password,
    authorization: '',
    service: 'smtp',
    host,
    port: 25,
    hostname: 'client.test',
    randomBytes,
    channelBinding: () => ({ type: 'tls-exporter', data: BINDING }),
    serverBinds: true,
  });
  if (client === undefined) return expect.fail(`no ${name}`);
  const sasl = { mechanisms: [name], users: { 'us=er,ü': 'p=ss, wörd' }, ...options };
  const server = new AuthDialogue(compileSasl('test', sasl), {
    host,
    randomBytes,
    channelBinding: () => BINDING,
  });
  let turn = client.next(Buffer.alloc(0));
  let reply = server.begin(turn.value === undefined ? name : `${name} ${turn.value.toString('base64')}`);
  for (let rounds = 0; reply.is === 'challenge' && rounds < ROUNDS_LIMIT; rounds += 1) {
    if (turn.done === true) return 'asked too much';
    try {
      turn = client.next(Buffer.from(reply.line.slice(4), 'base64'));
    } catch (error) {
      if (error instanceof SaslError) return error.message;
      throw error;
    }
    reply = server.respond(turn.value?.toString('base64') ?? '');
  }
  return reply.is === 'challenge' ? 'endless' : `${reply.is}${turn.done === true ? '' : ' early'}`;
}

const usable = MECHANISMS.flatMap(({ name, begin }) => (begin === undefined ? [] : [name]));

describe('a server that is honest', () => {
  test.each(usable)('believes %s with the right password, and only with it', (name) => {
    const early = name === 'XOAUTH2' || name === 'OAUTHBEARER' ? ' early' : '';
    expect(converse(name)).toBe(`accepted${early}`);
    if (name === 'ANONYMOUS') return;
    expect(converse(name, {}, 'wrong')).toMatch(/^refused/);
    expect(converse(name, { users: {} })).toMatch(/^refused/);
  });
});

describe('a server that lies', () => {
  const scram = usable.filter((name) => name.startsWith('SCRAM'));

  test.each(scram)('%s: a wrong signature, a foreign nonce, an unknown extension', (name) => {
    expect(converse(name, { lie: 'wrongProof' })).toBe('authentication failure');
    expect(converse(name, { lie: 'foreignNonce' })).toBe('bad protocol / cancel');
    expect(converse(name, { lie: 'unknownExtension' })).toBe('bad protocol / cancel');
    for (const iterations of [0, -1, 1.5, 10_000_000, Number.POSITIVE_INFINITY])
      expect(converse(name, { iterations })).toBe('bad protocol / cancel');
    expect(converse(name, { lie: 'noProof' })).toBe('accepted early');
  });

  test.each(scram.filter((name) => name.endsWith('-PLUS')))('%s: another channel', (name) => {
    expect(converse(name, { lie: 'otherChannel' })).toMatch(/^refused/);
  });

  test('DIGEST-MD5: a wrong proof, or none', () => {
    expect(converse('DIGEST-MD5', { lie: 'wrongProof' })).toBe('server failed mutual authentication step');
    expect(converse('DIGEST-MD5', { lie: 'noProof' })).toBe('accepted early');
  });

  test.each(usable)('%s: questions without an end, or after it', (name) => {
    expect(converse(name, { lie: 'endless' })).not.toMatch(/^accepted/);
    // A question after a token is the reason of a refusal, which is answered.
    const answers = name === 'OAUTHBEARER' || name === 'XOAUTH2';
    if (!answers) expect(converse(name, { lie: 'oneMore' })).not.toMatch(/^accepted/);
  });
});

test('what the client says without sense is refused', () => {
  const sasl = { mechanisms: ['PLAIN', 'LOGIN'], users: {} };
  const context = { host: 'mx.example.test', randomBytes: (count: number) => Buffer.alloc(count) };
  const codeOf = (...lines: string[]) => {
    const [first, ...others] = lines;
    const server = new AuthDialogue(sasl, context);
    let reply = server.begin(first);
    for (const line of others) reply = server.respond(line);
    return reply.is === 'challenge' ? 334 : reply.code;
  };
  expect(codeOf('')).toBe(501);
  expect(codeOf('GSSAPI')).toBe(504);
  expect(codeOf('PLAIN !!')).toBe(501);
  expect(codeOf('LOGIN dXNlcg==')).toBe(501);
  expect(codeOf('PLAIN')).toBe(334);
  expect(codeOf('PLAIN', '*')).toBe(501);
  expect(codeOf('LOGIN', 'dXNlcg==', '')).toBe(535);
});
