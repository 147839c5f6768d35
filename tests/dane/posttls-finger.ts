/** posttls-finger(1), the real Postfix's look at a server's certificates. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { findProgram } from '../../scenarios/senders/peers.ts';
import type { Credential } from '../../simulator/certificates/authority.ts';

const LIMIT_MS = 20_000;

export interface FingerOptions {
  readonly level: 'secure' | 'fingerprint';
  /** Names or fingerprints. */
  readonly match: readonly string[];
  /** PEM. */
  readonly anchors?: string;
  /** PEM. */
  readonly authorities?: string;
}

/** `host[address]:port` and what it logs of the certificate, without the summary. */
export interface Look {
  readonly peer: string;
  readonly lines: readonly string[];
}

/** Undefined where there is none. */
export async function postfixFinger(): Promise<
  ((sends: Credential, options: FingerOptions) => Promise<Look>) | undefined
> {
  const program = await findProgram('postfix', 'usr/sbin/posttls-finger');
  if (program === undefined) return undefined;
  return async (sends, { level, match, anchors, authorities }) => {
    const folder = await mkdtemp(join(tmpdir(), 'nexthop-finger-'));
    const server = await serve(sends);
    try {
      const { port } = server.address() as AddressInfo;
      const files = Object.entries({ '-A': anchors, '-F': authorities }).filter(
        ([, pem]) => pem !== undefined,
      );
      for (const [option, pem = ''] of files) await writeFile(join(folder, option), pem);
      await writeMainCf(folder);
      const args = [
        ...['-w', '-c', '-l', level, '-d', 'sha256', '-L', 'certmatch,untrusted'],
        ...files.flatMap(([option]) => [option, join(folder, option)]),
        `[127.0.0.1]:${port}`,
        ...match,
      ];
      const env = { ...process.env, ...program.env, MAIL_CONFIG: folder, LC_ALL: 'C' };
      const output = await new Promise<string>((resolve) => {
        execFile(program.path, args, { timeout: LIMIT_MS, env }, (_, out, errors) => resolve(out + errors));
      });
      const lines = output.split('\n').map((line) => line.replace(/^posttls-finger: /, ''));
      return { peer: `127.0.0.1[127.0.0.1]:${port}`, lines };
    } finally {
      server.close();
      await rm(folder, { recursive: true });
    }
  };
}

/** It reads all of it, and wants accounts that exist. */
async function writeMainCf(folder: string): Promise<void> {
  for (const name of ['queue', 'data']) await mkdir(join(folder, name));
  const settings = {
    compatibility_level: '3.7',
    myhostname: 'client.example.test',
    inet_protocols: 'ipv4',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    mail_owner: 'nobody',
    default_privs: 'games',
    setgid_group: 'daemon',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(join(folder, 'main.cf'), lines.join(''));
}

/** TLS from the first byte, and as much of SMTP as it takes to say goodbye. */
async function serve(sends: Credential): Promise<Server> {
  const server = createServer({ cert: sends.pem, key: sends.keyPem, ciphers: 'DEFAULT:@SECLEVEL=0' });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => {});
    socket.write('220 mx.example.test ESMTP\r\n');
    socket.on('data', (command: Buffer) => {
      const isOver = command.toString().startsWith('QUIT');
      socket.write(isOver ? '221 Bye\r\n' : '250 mx.example.test\r\n');
      if (isOver) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
