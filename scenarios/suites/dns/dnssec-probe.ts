/** `dnssec_probe`: one query that tells whether the name server validates. */
import {
  delivered,
  logged,
  mailHost,
  message,
  notLogged,
  notQueried,
  queried,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const clauses = ['postfix:dnssec_probe'];
const plain = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const signed = zone('example.test', { ad: true, MX: '10 mx', mx: '192.0.2.1' });
const config = { smtp_dns_support_level: 'dnssec' };
const unavailable = 'warning: DNSSEC validation may be unavailable';
const reason = (name: string) => `warning: reason: dnssec_probe 'txt:${name}.test' received `;

/** A process of Postfix makes one probe in its life: each scenario has a query of its own, and so a process. */
function asking(name: string, entry: { readonly ad?: boolean; readonly fault?: 'SERVFAIL' } = {}) {
  return {
    dns: zone(`${name}.test`, { '@': { TXT: 'here', ...entry } }),
    config: { ...config, dnssec_probe: `txt:${name}.test` },
  };
}

const bogus = asking('bogus');
const validated = asking('validated', { ad: true });
const unneeded = asking('unneeded');
const failing = asking('failing', { fault: 'SERVFAIL' });
const off = asking('off');

export default [
  scenario('dns/dnssec-probe', {
    title: 'When the first answer is not validated another is asked for, once, and a warning says so',
    clauses: [...clauses, 'postfix:smtp_dns_support_level'],
    dns: [plain, bogus.dns],
    hosts: { mx: mailHost() },
    config: bogus.config,
    send: [message({ to }), message({ to, after: '100ms' })],
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      queried('bogus.test', 'TXT', 1),
      logged(unavailable),
      logged(`${reason('bogus')}a response that is not DNSSEC validated`),
    ],
  }),
  scenario('dns/dnssec-probe-root', {
    title: 'The name servers of the root are asked for unless another query is set',
    clauses,
    dns: plain,
    hosts: { mx: mailHost() },
    config,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'mx' }),
      // TYPE2 is NS.
      queried('.', 'TYPE2', 1),
    ],
  }),
  scenario('dns/dnssec-probe-validated', {
    title: 'A probe whose answer is validated is all there is to it',
    clauses,
    dns: [plain, validated.dns],
    hosts: { mx: mailHost() },
    config: validated.config,
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), queried('validated.test', 'TXT', 1), notLogged('DNSSEC')],
  }),
  scenario('dns/dnssec-probe-not-needed', {
    title: 'After a validated answer nothing is asked for',
    clauses,
    dns: [signed, unneeded.dns],
    hosts: { mx: mailHost() },
    config: unneeded.config,
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' }), notQueried('unneeded.test'), notLogged('DNSSEC')],
  }),
  scenario('dns/dnssec-probe-fails', {
    title: 'A probe without an answer gives the reason',
    clauses,
    dns: [plain, failing.dns],
    hosts: { mx: mailHost() },
    config: failing.config,
    send: message({ to }),
    expect: [
      delivered(to, { via: 'mx' }),
      logged(unavailable),
      logged(
        `${reason('failing')}no response: Host or domain name not found. Name service error for name=failing.test type=TXT: Host not found, try again`,
      ),
    ],
  }),
  ...[
    { name: 'off', title: 'An empty dnssec_probe asks for nothing', config: { ...config, dnssec_probe: '' } },
    {
      name: 'without-dnssec',
      title: 'Nothing is asked for without smtp_dns_support_level = dnssec',
      config: { dnssec_probe: 'txt:off.test' },
    },
  ].map((kind) =>
    scenario(`dns/dnssec-probe-${kind.name}`, {
      title: kind.title,
      clauses,
      dns: [plain, off.dns],
      hosts: { mx: mailHost() },
      config: kind.config,
      send: message({ to }),
      expect: [delivered(to, { via: 'mx' }), notQueried('off.test'), notLogged('DNSSEC')],
    }),
  ),
];
