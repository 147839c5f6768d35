/** The mechanisms against the examples of their standards, and servers that lie. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from './digest-md5.ts';
import { type ExchangeContext, SaslError } from './exchange.ts';
import { chooseMechanism, MECHANISMS, unknownMechanisms } from './mechanisms.ts';

const FIXED: ExchangeContext = {
  user: 'user',
  password: 'pencil',
  authorization: '',
  service: 'smtp',
  host: 'mx.example.test',
  port: 587,
  hostname: 'client.test',
  randomBytes: (count) => Buffer.alloc(count),
  channelBinding: () => undefined,
  serverBinds: false,
};

function begin(name: string, context: Partial<ExchangeContext> = {}) {
  const mechanism = MECHANISMS.find((each) => each.name === name);
  const exchange = mechanism?.begin?.({ ...FIXED, ...context }) ?? expect.fail(`no ${name}`);
  const next = (challenge: string) => {
    const { value, done } = exchange.next(Buffer.from(challenge));
    return { said: value?.toString(), done };
  };
  return { first: next(''), next };
}

/** Base64 in place of the random bytes that an example was made with. */
const nonceOf = (text: string) => ({ randomBytes: () => Buffer.from(text, 'base64') });

describe('examples of the standards', () => {
  test('PLAIN, RFC 4616 section 4', () => {
    const tim = { user: 'tim', password: 'tanstaaftanstaaf' };
    expect(begin('PLAIN', tim).first).toEqual({ said: '\0tim\0tanstaaftanstaaf', done: true });
    const kurt = { authorization: 'Ursel', user: 'Kurt', password: 'xipj3plmq' };
    expect(begin('PLAIN', kurt).first).toEqual({ said: 'Ursel\0Kurt\0xipj3plmq', done: true });
  });

  test('CRAM-MD5, RFC 2195 section 2', () => {
    const { first, next } = begin('CRAM-MD5', { user: 'tim', password: 'tanstaaftanstaaf' });
    expect(first.said).toBeUndefined();
    expect(next('<1896.697170952@postoffice.reston.mci.net>')).toEqual({
      said: 'tim b913a602c7eda7a495b4e6e7334d3890',
      done: true,
    });
  });

  test('DIGEST-MD5, RFC 2831 section 4', () => {
    const input = {
      user: 'chris',
      password: 'secret',
      realm: 'elwood.innosoft.com',
      nonce: 'OA6MG9tEQGm2hh',
      cnonce: 'OA6MHXh6VqTrRk',
      uri: 'imap/elwood.innosoft.com',
    };
    expect(digestOf(input, 'AUTHENTICATE')).toBe('d388dad90d4bbd760a152321f2143af7');
    expect(digestOf(input, '')).toBe('ea40f60335c427b5527b84dbabcdfffd');
  });

  test('DIGEST-MD5, the SMTP example of RFC 2831 section 4 in its form', () => {
    const { next } = begin('DIGEST-MD5', { user: 'chris', password: 'secret', host: 'elwood.innosoft.com' });
    const { said } = next(
      'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8',
    );
    expect(said).toMatch(
      /^username="chris",realm="elwood\.innosoft\.com",nonce="OA6MG9tEQGm2hh",cnonce="[^"]+",nc=00000001,qop=auth,digest-uri="smtp\/elwood\.innosoft\.com",response=[0-9a-f]{32}$/,
    );
  });

  test.each([
    // RFC 5802 section 5, with a nonce that is base64 already; RFC 7677 section 3 likewise.
    [
      'SCRAM-SHA-1',
      'fyko+d2lbbFgONRv9qkxdawL',
      '3rfcNHYJY1ZVvWVs7j',
      'QSXCR+Q6sek8bf92',
      'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    ],
    [
      'SCRAM-SHA-256',
      'rOprNGfwEbeRWgbNEkqO',
      '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
      'W22ZaJ0SNY7soEsUEjb6gQ==',
      'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    ],
  ])('%s', (name, nonce, more, salt, proof, signature) => {
    const { first, next } = begin(name, nonceOf(nonce));
    expect(first).toEqual({ said: `n,,n=user,r=${nonce}`, done: false });
    expect(next(`r=${nonce}${more},s=${salt},i=4096`)).toEqual({
      said: `c=biws,r=${nonce}${more},p=${proof}`,
      done: false,
    });
    expect(next(`v=${signature}`)).toEqual({ said: '', done: true });
  });

  test('OAUTHBEARER, RFC 7628 sections 4.1 and 4.3', () => {
    const context = {
      user: 'user@example.com',
      password: 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==',
      host: 'server.example.com',
      port: 587,
    };
    const { first, next } = begin('OAUTHBEARER', context);
    expect(first.said).toBe(
      'n,a=user@example.com,\u0001host=server.example.com\u0001port=587\u0001auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u0001\u0001',
    );
    expect(next('{"status":"invalid_token"}')).toEqual({ said: '\u0001', done: true });
  });

  test('XOAUTH2, as its inventor writes it', () => {
    const { first, next } = begin('XOAUTH2', {
      user: 'someuser@example.com',
      password: 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg',
    });
    expect(first.said).toBe(
      'user=someuser@example.com\u0001auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\u0001\u0001',
    );
    expect(next('{"status":"401"}')).toEqual({ said: '', done: true });
  });

  test('LOGIN does not look at what it is asked', () => {
    const { first, next } = begin('LOGIN');
    expect(first).toEqual({ said: undefined, done: false });
    expect(next('anything')).toEqual({ said: 'user', done: false });
    expect(next('')).toEqual({ said: 'pencil', done: true });
  });

  test('ANONYMOUS leaves a trace, RFC 4505', () => {
    expect(begin('ANONYMOUS').first).toEqual({ said: 'anonymous@client.test', done: true });
  });
});

describe('SCRAM', () => {
  const bound: Partial<ExchangeContext> = {
    channelBinding: () => ({ type: 'tls-exporter', data: Buffer.from('bind') }),
    serverBinds: true,
  };

  test('binds to the channel with -PLUS', () => {
    const { first, next } = begin('SCRAM-SHA-256-PLUS', bound);
    expect(first.said).toMatch(/^p=tls-exporter,,n=user,r=/);
    const nonce = first.said?.split('r=')[1];
    const header = Buffer.from('p=tls-exporter,,bind').toString('base64');
    expect(next(`r=${nonce}x,s=QUJD,i=1`).said).toMatch(new RegExp(`^c=${header},r=`));
  });

  test('says when it could bind and the server does not seem to', () => {
    expect(begin('SCRAM-SHA-1', { ...bound, serverBinds: false }).first.said).toMatch(/^y,,/);
    expect(begin('SCRAM-SHA-1', bound).first.said).toMatch(/^n,,/);
  });

  test('names who to act as, and escapes names', () => {
    const { first } = begin('SCRAM-SHA-1', { user: 'us=e,r', authorization: 'us=e,r' });
    expect(first.said).toMatch(/^n,a=us=3De=2Cr,n=us=3De=2Cr,r=/);
  });

  test.each([
    [
      'm=ext,r=NONCEx,s=QUJD,i=1',
      'bad protocol / cancel',
      'Unsupported mandatory extension to SCRAM-SHA-256',
    ],
    ['r=other,s=QUJD,i=1', 'bad protocol / cancel', "The nonce received from the server doesn't start"],
    ['r=NONCE,s=QUJD,i=1', 'bad protocol / cancel', "The nonce received from the server doesn't start"],
    ['r=NONCEx,s=,i=1', 'bad protocol / cancel', "The salt can't be empty"],
    ['r=NONCEx,s=!!,i=1', 'bad protocol / cancel', 'Invalid base64 encoding of the salt'],
    ['r=NONCEx,s=QUJD,i=0', 'bad protocol / cancel', 'Invalid iteration-count'],
    ['r=NONCEx,s=QUJD,i=-1', 'bad protocol / cancel', 'Invalid iteration-count'],
    ['r=NONCEx,s=QUJD,i=1x', 'bad protocol / cancel', 'Invalid iteration-count'],
    ['r=NONCEx,s=QUJD,i=65537', 'bad protocol / cancel', 'iteration-count is too big'],
    [`r=NONCEx,s=QUJD,i=${'9'.repeat(400)}`, 'bad protocol / cancel', 'iteration-count is too big'],
    ['r=NONCEx', 'bad protocol / cancel', 'Salt expected'],
    ['', 'bad protocol / cancel', 'Invalid SCRAM-SHA-256 input'],
    [`r=NONCEx,s=QUJD,i=1,${'x'.repeat(3000)}`, 'bad protocol / cancel', 'input longer'],
  ])('refuses to go on after %j', (challenge, fault, detail) => {
    const { first, next } = begin('SCRAM-SHA-256');
    const nonce = first.said?.split('r=')[1] ?? '';
    const error = errorOf(() => next(challenge.replace('NONCE', nonce)));
    expect(error.message).toBe(fault);
    expect(error.detail).toContain(detail);
  });

  test.each([
    [`v=${Buffer.alloc(32).toString('base64')}`, 'authentication failure', 'ServerSignature mismatch'],
    ['v=QUJD', 'bad protocol / cancel', 'Invalid server proof (truncated)'],
    ['v=!', 'bad protocol / cancel', 'Invalid base64 encoding of the server proof'],
    ['e=other-error', 'bad protocol / cancel', 'ServerSignature expected'],
  ])('does not take %s for a proof', (challenge, fault, detail) => {
    const { first, next } = begin('SCRAM-SHA-256');
    next(`r=${first.said?.split('r=')[1]}x,s=QUJD,i=1`);
    const error = errorOf(() => next(challenge));
    expect(error.message).toBe(fault);
    expect(error.detail).toContain(detail);
  });
});

describe('DIGEST-MD5', () => {
  const GOOD = 'realm="r",nonce="n",qop="auth",charset=utf-8,algorithm=md5-sess';

  test.each([
    ['', 'generic failure'],
    ['garbage', 'authentication failure'],
    [GOOD.replace('md5-sess', 'md5'), 'generic failure'],
    [GOOD.replace(',algorithm=md5-sess', ''), 'generic failure'],
    [`${GOOD},algorithm=md5-sess`, 'generic failure'],
    [GOOD.replace('nonce="n",', ''), 'generic failure'],
    [GOOD.replace('"auth"', '"auth-conf"'), 'generic failure'],
    [GOOD.replace('utf-8', 'latin1'), 'authentication failure'],
    [`${GOOD},maxbuf=1`, 'authentication failure'],
    [`${GOOD},x=${'x'.repeat(3000)}`, 'bad protocol / cancel'],
  ])('refuses to go on after %j', (challenge, fault) => {
    const { next } = begin('DIGEST-MD5');
    expect(errorOf(() => next(challenge)).message).toBe(fault);
  });

  test.each([
    ['realm="a b"', 'realm="a b"'],
    ['realm="q\\"q"', 'realm="q\\"q"'],
    ['realm=""', 'realm=""'],
    ['foo=bar', 'realm="mx.example.test"'],
    ['realm="a",realm="b"', 'realm="mx.example.test"'],
  ])('of %s it takes %s', (given, said) => {
    const { next } = begin('DIGEST-MD5');
    expect(next(GOOD.replace('realm="r"', given)).said).toContain(`,${said},`);
  });

  test('does not believe a server without the right proof', () => {
    for (const [proof, fault] of [
      ['rspauth=00000000000000000000000000000000', 'server failed mutual authentication step'],
      ['rspauth=', 'server failed mutual authentication step'],
      ['x=y', 'generic failure'],
      ['', 'generic failure'],
    ] as const) {
      const { next } = begin('DIGEST-MD5');
      next(GOOD);
      expect(errorOf(() => next(proof)).message).toBe(fault);
    }
  });
});

test.each(MECHANISMS.flatMap(({ name, begin }) => (begin && !name.endsWith('PLUS') ? [name] : [])))(
  '%s survives any challenge, and its errors tell nothing of credentials',
  (name) => {
    const credentials = { user: 'some-user', password: 'some-password' };
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), CHALLENGE), { maxLength: 4 }),
        (challenges) => {
          const { next } = begin(name, credentials);
          try {
            for (const challenge of challenges) if (next(challenge).done) break;
          } catch (error) {
            if (!(error instanceof SaslError)) throw error;
            expect(`${error.message} ${error.detail}`).not.toMatch(/some-user|some-password/);
          }
        },
      ),
    );
  },
);

const CHALLENGE = fc
  .array(
    fc.constantFrom(
      'r=',
      's=',
      'i=',
      'v=',
      'AAAA',
      ',',
      '=',
      '"',
      '\\',
      'nonce=',
      'algorithm=md5-sess',
      'rspauth=',
    ),
  )
  .map((parts) => parts.join(''));

test('a user without a name is nobody', () => {
  for (const { name, begin: start } of MECHANISMS) {
    if (start === undefined || name === 'ANONYMOUS' || name.endsWith('PLUS')) continue;
    const error = errorOf(() => {
      const exchange = start({ ...FIXED, user: ' ' });
      exchange.next(Buffer.alloc(0));
      exchange.next(Buffer.from('nonce=a,algorithm=md5-sess'));
    });
    expect([name, error.message]).toEqual([name, 'generic failure']);
  }
});

describe('the choice', () => {
  const choose = (offered: string, options: string, binds = false) =>
    chooseMechanism(offered.split(' '), options.split(' ').filter(Boolean), binds)?.name;

  test.each([
    ['PLAIN LOGIN', '', 'PLAIN'],
    ['LOGIN PLAIN', '', 'PLAIN'],
    ['login', '', 'LOGIN'],
    ['PLAIN LOGIN', 'noplaintext noanonymous', undefined],
    ['PLAIN CRAM-MD5', '', 'CRAM-MD5'],
    ['CRAM-MD5 DIGEST-MD5', 'noplaintext', 'DIGEST-MD5'],
    ['CRAM-MD5 DIGEST-MD5', 'noactive', undefined],
    ['SCRAM-SHA-1 DIGEST-MD5 SCRAM-SHA-512 SCRAM-SHA-256', 'noactive', 'SCRAM-SHA-512'],
    ['CRAM-MD5 DIGEST-MD5 PLAIN', 'mutual_auth', 'DIGEST-MD5'],
    ['SCRAM-SHA-512 PLAIN', 'nodictionary', undefined],
    ['SCRAM-SHA-512 EXTERNAL', 'nodictionary', 'EXTERNAL'],
    ['SCRAM-SHA-512 EXTERNAL', 'forward_secrecy', undefined],
    ['EXTERNAL PLAIN CRAM-MD5', '', 'EXTERNAL'],
    ['EXTERNAL DIGEST-MD5', '', 'DIGEST-MD5'],
    ['ANONYMOUS', 'noplaintext', 'ANONYMOUS'],
    ['ANONYMOUS', 'noanonymous', undefined],
    ['ANONYMOUS PLAIN', '', 'PLAIN'],
    ['XOAUTH2 OAUTHBEARER', '', 'OAUTHBEARER'],
    ['XOAUTH2 LOGIN', '', 'LOGIN'],
    ['GSSAPI NTLM', '', undefined],
  ])('of %s with %j: %s', (offered, options, chosen) => {
    expect(choose(offered, options)).toBe(chosen);
  });

  test('binding to the channel comes first where there is one to bind to', () => {
    const offered = 'SCRAM-SHA-512 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS';
    expect(choose(offered, '')).toBe('SCRAM-SHA-512');
    expect(choose(offered, '', true)).toBe('SCRAM-SHA-256-PLUS');
  });

  test('what is missing here is named', () => {
    expect(unknownMechanisms(['plain', 'GSSAPI', 'NTLM'])).toEqual(['GSSAPI', 'NTLM']);
  });
});

function errorOf(attempt: () => unknown): SaslError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof SaslError) return error;
    throw error;
  }
  return expect.fail('nothing was wrong');
}
