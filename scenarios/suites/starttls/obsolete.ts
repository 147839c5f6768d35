/** The booleans that say a level where no level is said (security reference 2.1). */
import { deferred, delivered, mailHost, message, noTls, scenario } from '../../scenario.ts';
import {
  dns,
  files,
  insideTls,
  inTheClear,
  issue,
  NOT_OFFERED,
  NOT_VERIFIED,
  named,
  parted,
  secured,
  to,
} from './_server.ts';

const services = [
  { service: 'smtp', hello: 'EHLO', request: {} },
  { service: 'lmtp', hello: 'LHLO', request: { service: 'lmtp', nexthop: 'inet:a.example.test' } },
] as const;

export default services.flatMap(({ service, hello, request }) => {
  const protocol = { protocol: service };
  const of = (config: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(config).map(([name, value]) => [`${service}_${name}`, value]));
  const send = message({ to, ...request });
  const level = { tls_security_level: '' };
  const trusting = { tls_CAfile: '/run/ca.pem' };
  return [
    scenario(`starttls/${service}-use-tls`, {
      title: `${service}_use_tls is level may where no level is said: what is offered is used`,
      clauses: [`postfix:${service}_use_tls`, 'rfc3207-6-03'],
      origins: ['security-1'],
      dns,
      hosts: { a: secured({}, protocol) },
      config: of({ ...level, use_tls: 'yes' }),
      send,
      expect: [delivered(to, { via: 'a' }), insideTls('a', hello)],
    }),
    scenario(`starttls/${service}-use-tls-not-offered`, {
      title: `${service}_use_tls is level may where no level is said: what is not offered is done without`,
      clauses: [`postfix:${service}_use_tls`],
      origins: ['security-1'],
      dns,
      hosts: { a: mailHost(protocol) },
      config: of({ ...level, use_tls: 'yes' }),
      send,
      expect: [delivered(to, { via: 'a' }), inTheClear('a', hello)],
    }),
    scenario(`starttls/${service}-enforce-tls`, {
      title: `${service}_enforce_tls is level verify where no level is said: the certificate has to be good`,
      clauses: [`postfix:${service}_enforce_tls`, 'rfc3207-6-02'],
      origins: ['security-2'],
      dns,
      hosts: { a: secured({}, protocol) },
      config: of({ ...level, enforce_tls: 'yes' }),
      send,
      expect: [deferred(to, NOT_VERIFIED), parted()],
    }),
    scenario(`starttls/${service}-enforce-tls-named`, {
      title: `${service}_enforce_tls is level verify where no level is said: the name of the server is enough`,
      clauses: [`postfix:${service}_enforce_tls`],
      origins: ['security-2'],
      dns,
      files,
      hosts: { a: secured({ credential: named }, protocol) },
      config: of({ ...level, ...trusting, enforce_tls: 'yes' }),
      send,
      expect: [delivered(to, { via: 'a' }), insideTls('a', hello)],
    }),
    scenario(`starttls/${service}-enforce-tls-without-peername`, {
      title: `Without ${service}_tls_enforce_peername it is level encrypt, to which certificates are nothing`,
      clauses: [`postfix:${service}_tls_enforce_peername`, `postfix:${service}_enforce_tls`],
      origins: ['security-2'],
      dns,
      hosts: { a: secured({}, protocol) },
      config: of({ ...level, enforce_tls: 'yes', tls_enforce_peername: 'no' }),
      send,
      expect: [delivered(to, { via: 'a' }), insideTls('a', hello)],
    }),
    scenario(`starttls/${service}-enforce-tls-without-peername-not-offered`, {
      title: `Without ${service}_tls_enforce_peername there has to be TLS all the same`,
      clauses: [`postfix:${service}_enforce_tls`, 'rfc3207-6-02'],
      origins: ['security-2'],
      dns,
      hosts: { a: mailHost(protocol) },
      config: of({ ...level, enforce_tls: 'yes', tls_enforce_peername: 'no' }),
      send,
      expect: [deferred(to, NOT_OFFERED), noTls('a')],
    }),
    scenario(`starttls/${service}-level-none-overrides`, {
      title: `Level none takes ${service}_enforce_tls and ${service}_use_tls back`,
      clauses: [`postfix:${service}_tls_security_level`],
      origins: ['security-3', ...(service === 'smtp' ? ['field-TL22'] : [])],
      dns,
      hosts: { a: secured({}, protocol) },
      config: of({ tls_security_level: 'none', enforce_tls: 'yes', use_tls: 'yes' }),
      send,
      expect: [delivered(to, { via: 'a' }), inTheClear('a', hello)],
    }),
    scenario(`starttls/${service}-level-secure-overrides`, {
      title: `Level secure is not weakened by what ${service}_use_tls says`,
      clauses: [`postfix:${service}_tls_security_level`],
      dns,
      files,
      hosts: { a: secured({ credential: issue('b.example.test') }, protocol) },
      config: of({ ...trusting, tls_security_level: 'secure', use_tls: 'yes', enforce_tls: 'no' }),
      send: message({ to, service, nexthop: service === 'lmtp' ? 'inet:a.example.test' : 'example.test' }),
      expect:
        service === 'smtp'
          ? [delivered(to, { via: 'a' }), insideTls('a', hello)]
          : [deferred(to, NOT_VERIFIED), parted()],
    }),
  ];
});
