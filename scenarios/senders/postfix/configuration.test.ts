import { describe, expect, test } from 'vitest';
import {
  dynamicMapsCf,
  mainCf,
  masterCf,
  obstacleToParameter,
  setupKey,
  transportNames,
} from './configuration.ts';

test('main.cf names the folders, the log and the release', () => {
  const text = mainCf({
    folders: { config: '/x/config', queue: '/x/queue', data: '/x/data' },
    programs: '/usr/lib/postfix/sbin',
    hostname: 'client.test',
    release: [3, 7],
  });
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'queue_directory = /x/queue',
      'data_directory = /x/data',
      'daemon_directory = /usr/lib/postfix/sbin',
      'myhostname = client.test',
      'maillog_file = /dev/stdout',
      'compatibility_level = 3.7',
    ]),
  );
});

test('dynamicmaps.cf names the plug-ins', () => {
  const plugIns = new Map([['pcre', '/usr/lib/postfix/postfix-pcre.so']]);
  expect(dynamicMapsCf(plugIns)).toBe('pcre\t/usr/lib/postfix/postfix-pcre.so\tdict_pcre_open\n');
});

describe('master.cf', () => {
  const lines = masterCf([
    { config: {}, flags: '', services: new Set(['smtp']) },
    {
      config: { smtp_helo_name: 'a b', smtp_pix_workarounds: '' },
      flags: 'DR',
      services: new Set(['smtp', 'lmtp']),
    },
  ]).split('\n');

  test('has transports of its own for each set of parameters and service that has them', () => {
    const count = (name: string) => lines.filter((line) => line.startsWith(`${name} unix `)).length;
    for (const name of [...transportNames('smtp', 0), ...transportNames('lmtp', 1)])
      expect(count(name)).toBe(1);
    // master(8) holds three descriptors for each.
    for (const name of transportNames('lmtp', 0)) expect(count(name)).toBe(0);
  });

  test('lets proxymap open the tables that are named', () => {
    const config = { smtp_generic_maps: 'inline:{a=b}, proxy:hash:/run/a proxy:cdb:/run/b' };
    expect(masterCf([{ config, flags: '', services: new Set(['smtp']) }])).toContain(
      ' proxymap -o { proxy_read_maps = proxy:hash:/run/a proxy:cdb:/run/b }\n' +
        'proxywrite unix - - n - 1 proxymap -o { proxy_write_maps = proxy:hash:/run/a proxy:cdb:/run/b }\n',
    );
  });

  test('gives each its parameters, also those with spaces and empty ones', () => {
    const [name] = transportNames('lmtp', 1);
    expect(lines).toContain(
      `${name} unix - - n - 20 lmtp -o { smtp_helo_name = a b } -o { smtp_pix_workarounds =  } -o { syslog_name = postfix/${name} } flags=DR`,
    );
  });
});

describe('a parameter', () => {
  const known = new Set(['smtp_helo_name']);

  test.each(['', 'a b', '${x?{a}:{b}}', '$mydomain'])('may have the value %j', (value) => {
    expect(obstacleToParameter('smtp_helo_name', value, known)).toBeUndefined();
  });

  test.each(['{', '}{', 'a\nb'])('cannot have the value %j', (value) => {
    expect(obstacleToParameter('smtp_helo_name', value, known)).toBe(
      'the value of smtp_helo_name cannot stand in master.cf',
    );
  });

  test('must be known to the version', () => {
    expect(obstacleToParameter('new_one', '1', known)).toBe('this version has no parameter new_one');
  });
});

test('sets of parameters are the same in any order', () => {
  const key = (config: Record<string, string>, flags = '') => setupKey({ config, flags });
  expect(key({ a: '1', b: '2' })).toBe(key({ b: '2', a: '1' }));
  expect(key({ a: '1' })).not.toBe(key({ a: '2' }));
  expect(key({ a: '1' }, 'D')).not.toBe(key({ a: '1' }));
});
