/** A server for the mail of an agent, which refuses, delays and loses what the local part of the recipient says. */
import { createServer, type Server, type Socket } from 'node:net';

/** What a server took: once for each recipient of each message. */
export interface Taken {
  readonly recipient: string;
  readonly content: string;
  /** Whether the client had the reply to the final dot. */
  readonly replied: boolean;
  /** When it was asked for, which is before the client sends the final dot. */
  readonly askedAtMs: number;
  readonly atMs: number;
}

/** Asked each time. */
export interface Faults {
  /** The reply to RCPT instead of its own. */
  readonly refuses: () => string | undefined;
  /** Loses the connection instead of a reply to a command. */
  readonly resets: () => boolean;
  /** Loses it instead of the reply to the final dot. */
  readonly losesReply: () => boolean;
}

export interface MailServer {
  readonly port: number;
  readonly taken: readonly Taken[];
  /** Names that clients called themselves. */
  readonly greetings: Set<string>;
  /** Called with everything that is taken. */
  onTaken: (taken: Taken) => void;
  /** How it answers RCPT, by local part; 250 when absent. */
  readonly replies: Map<string, string>;
  faults: Faults;
  /** The final dot has come; its reply waits for what this resolves with. */
  beforeReply: () => Promise<void>;
  close(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const taken: Taken[] = [];
  const sockets = new Set<Socket>();
  const state: Pick<MailServer, 'taken' | 'greetings' | 'replies' | 'faults' | 'beforeReply' | 'onTaken'> = {
    taken,
    greetings: new Set(),
    replies: new Map(),
    beforeReply: async () => {},
    faults: { refuses: () => undefined, resets: () => false, losesReply: () => false },
    onTaken: () => {},
  };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    serve(socket, mailServer, taken);
  });
  const mailServer = {
    ...state,
    port: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  mailServer.port = typeof address === 'object' && address !== null ? address.port : 0;
  return mailServer;
}

function serve(socket: Socket, server: MailServer, taken: Taken[]): void {
  const say = (line: string) => socket.write(`${line}\r\n`);
  let rest = '';
  let recipients: string[] = [];
  let content: string[] | undefined;
  let askedAtMs = 0;
  say('220 mx.example.test ESMTP');
  socket.setEncoding('latin1').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (content !== undefined) {
        if (line !== '.') content.push(line.replace(/^\./, ''));
        else endOfData();
        continue;
      }
      if (server.faults.resets()) {
        socket.resetAndDestroy();
        return;
      }
      const recipient = /^RCPT TO:<(.*?)>/i.exec(line)?.[1];
      if (recipient !== undefined) {
        const reply =
          server.faults.refuses() ?? server.replies.get(recipient.replace(/@.*/, '')) ?? '250 2.1.5 Ok';
        if (reply.startsWith('2')) recipients.push(recipient);
        say(reply);
      } else if (/^EHLO /i.test(line)) {
        server.greetings.add(line.slice('EHLO '.length));
        say('250-mx.example.test\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME');
      } else if (/^DATA$/i.test(line)) {
        if (recipients.length > 0) content = [];
        askedAtMs = performance.now();
        say(content === undefined ? '554 5.5.1 no valid recipients' : '354 go ahead');
      } else if (/^QUIT$/i.test(line)) {
        say('221 2.0.0 Bye');
        socket.end();
      } else {
        if (/^(?:MAIL|RSET)/i.test(line)) recipients = [];
        say('250 2.0.0 Ok');
      }
    }
  });
  function endOfData() {
    const replied = !server.faults.losesReply();
    const text = (content ?? []).join('\n');
    content = undefined;
    for (const recipient of recipients) {
      const each = { recipient, content: text, replied, askedAtMs, atMs: performance.now() };
      taken.push(each);
      server.onTaken(each);
    }
    void server.beforeReply().then(() => {
      if (replied) say('250 2.0.0 Ok');
      else socket.destroy();
    });
  }
}
