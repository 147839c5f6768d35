/** npm smtp-server as a process that takes every message and keeps none. */
import { SMTPServer } from 'smtp-server';

const [port, backlog] = process.argv.slice(2).map(Number);
new SMTPServer({
  authOptional: true,
  disableReverseLookup: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, _session, done) {
    stream.resume();
    stream.on('end', () => done());
  },
}).listen({ port, host: '127.0.0.1', backlog });
