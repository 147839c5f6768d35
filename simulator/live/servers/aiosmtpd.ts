/**
 * Python's aiosmtpd with a handler that writes files. Its LMTP is left out: it answers DATA once, not once for each
 * recipient (RFC 2033 section 4.2), so that a client waits for the rest in vain.
 */
import { join } from 'node:path';
import { ask } from './ask.ts';
import { Daemon } from './daemon.ts';
import { Maildirs } from './maildir.ts';
import {
  type RealServer,
  type RunningServer,
  type ServerEnrolment,
  ServerError,
  type ServerOptions,
  type ServerProgram,
} from './server.ts';

export const aiosmtpd: ServerEnrolment = {
  name: 'aiosmtpd',
  install: 'npm run peers',
  users: [],
  changesUsers: false,
  find: async (findProgram) => {
    const command = await findProgram('aiosmtpd', 'usr/bin/aiosmtpd');
    const python = await findProgram('python3', 'usr/bin/python3');
    if (command === undefined || python === undefined) return undefined;
    const modules = command.root === undefined ? {} : { PYTHONPATH: `${command.root}${MODULES}` };
    const program = { ...python, env: { ...python.env, ...modules } };
    const said = await ask(program, ['-c', 'import aiosmtpd; print(aiosmtpd.__version__)']);
    const version = /^(\d\S*)$/m.exec(said)?.[1];
    return version === undefined ? undefined : new Aiosmtpd(version, program);
  },
};

const MODULES = '/usr/lib/python3/dist-packages';

class Aiosmtpd implements RealServer {
  readonly name = 'aiosmtpd';
  readonly protocols = ['smtp'] as const;
  readonly notification = 'none';
  readonly version: string;
  readonly #program: ServerProgram;

  constructor(version: string, program: ServerProgram) {
    this.version = version;
    this.#program = program;
  }

  async start(options: ServerOptions): Promise<RunningServer> {
    const { folder, listen, domain, mailboxes, messageLimitBytes } = options;
    if ('path' in listen) throw new ServerError('aiosmtpd is tried over TCP only');
    const maildirs = await Maildirs.create(join(folder, 'mail'));
    const words = [maildirs.folder, domain, messageLimitBytes, listen.address, listen.port].map(String);
    const daemon = await Daemon.start({
      command: [this.#program.path, '-c', SCRIPT, ...words, ...mailboxes],
      env: { ...this.#program.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' },
      listen,
    });
    return { stored: () => maildirs.stored(), stop: () => daemon.stop() };
  }
}

/** aiosmtpd brings the protocol, and leaves it to a handler who exists and what becomes of a message. */
const SCRIPT = `
import asyncio, os, sys
from aiosmtpd.smtp import SMTP

folder, domain, limit, address, port, *mailboxes = sys.argv[1:]
known = {name + '@' + domain: os.path.join(folder, name) for name in mailboxes}
count = 0

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address not in known:
            return '550 5.1.1 no such user'
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        global count
        for recipient in envelope.rcpt_tos:
            count += 1
            for name in ('tmp', 'new', 'cur'):
                os.makedirs(os.path.join(known[recipient], name), exist_ok=True)
            path = os.path.join(known[recipient], 'tmp', str(count))
            with open(path, 'wb') as file:
                file.write(b'Return-Path: <' + (envelope.mail_from or '').strip('<>').encode() + b'>\\n')
                file.write(envelope.original_content)
            os.rename(path, os.path.join(known[recipient], 'new', str(count)))
        return '250 2.0.0 stored'

async def main():
    make = lambda: SMTP(Handler(), data_size_limit=int(limit), enable_SMTPUTF8=True)
    server = await asyncio.get_running_loop().create_server(make, address, int(port))
    await server.serve_forever()

asyncio.run(main())
`;
