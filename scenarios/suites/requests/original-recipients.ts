/** The address that a recipient had before it was rewritten, in the log. */
import { delivered, logged, mailHost, message, notLogged, scenario, zone } from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });

/** Addresses before and after, and what the log calls the one before. */
const cases = [
  { name: 'alias', original: 'alias@client.test', address: 'user@example.test', shown: 'alias@client.test' },
  {
    name: 'odd-alias',
    original: 'a b@client.test',
    address: 'user@example.test',
    shown: '"a b"@client.test',
  },
  { name: 'same', original: 'user@example.test', address: 'user@example.test' },
  { name: 'in-other-case', original: 'user@example.test', address: 'User@Example.Test' },
  { name: 'in-capitals', original: 'USER@EXAMPLE.TEST', address: 'user@example.test' },
];

export default cases.map(({ name, original, address, shown }) =>
  scenario(`requests/original-${name}`, {
    title:
      shown === undefined
        ? 'An original address that differs in the case of its letters only is not worth mention'
        : 'The log names the address before it was rewritten, as it would be typed',
    clauses: ['postfix:delivery-9.1'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to: { address, original }, nexthop: 'example.test' }),
    expect: [
      delivered(address, { via: 'mx' }),
      shown === undefined ? notLogged('orig_to=') : logged(`to=<${address}>, orig_to=<${shown}>, relay=mx.`),
    ],
  }),
);
