import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../simulator/virtual/clock.ts';
import type { VirtualConnection } from '../../simulator/virtual/connection.ts';
import { VirtualNetwork } from '../../simulator/virtual/network.ts';
import { VirtualRandom } from '../../simulator/virtual/random.ts';
import { type TimeLimit, Wire, WireError } from './wire.ts';

const LINE_LIMIT_BYTES = 2048;

interface Bench {
  readonly wire: Wire;
  readonly server: VirtualConnection;
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly warnings: string[];
  readonly malformed: string[];
  /** What the server has received. */
  received(): string;
}

/** Runs `work` with a wire whose other end is in the test's hands. */
async function withWire(
  work: (bench: Bench) => Promise<void>,
  options: { utf8?: boolean } = {},
): Promise<void> {
  const clock = new VirtualClock();
  const network = new VirtualNetwork({ clock, random: new VirtualRandom(1) });
  await clock.run(async () => {
    const accepted = Promise.withResolvers<VirtualConnection>();
    network.listenTcp('192.0.2.1', 25, accepted.resolve);
    const connection = await network.host(['198.51.100.1']).connectTcp({ address: '192.0.2.1', port: 25 });
    const server = await accepted.promise;
    const chunks: Buffer[] = [];
    server.on('data', (chunk: Buffer) => chunks.push(chunk));
    server.on('error', () => {});
    const warnings: string[] = [];
    const malformed: string[] = [];
    const wire = new Wire(connection, {
      clock,
      lineLimitBytes: LINE_LIMIT_BYTES,
      utf8: options.utf8 ?? true,
      peer: 'mx.test[192.0.2.1]:25',
      onReplyLine: () => {},
      onReplacement: () => {},
      onWarning: (text) => warnings.push(text),
      onMalformedLine: (line) => malformed.push(line),
    });
    await work({
      wire,
      server,
      clock,
      network,
      warnings,
      malformed,
      received: () => Buffer.concat(chunks).toString(),
    });
    wire.destroy();
    server.destroy();
  });
}

const limited = (seconds: number, deadline = false): TimeLimit => ({ seconds, deadline });

describe('replies', () => {
  test.each([
    ['250 ok\r\n', { code: 250, text: '250 ok', malformed: false }],
    ['250 ok\n', { code: 250, text: '250 ok' }],
    ['250 ok\r\r\n', { code: 250, text: '250 ok' }],
    ['250\r\n', { code: 250, status: '2.0.0', text: '250' }],
    ['250-a\r\n250-b\r\n550 5.1.1 c\r\n', { code: 550, status: '5.1.1', text: '250-a\n250-b\n550 5.1.1 c' }],
    ['garbage\r\n250 ok\r\n', { code: 250, text: 'garbage\n250 ok', malformed: true }],
    ['250 tab\tbell\x07\r\n', { text: '250 tab?bell?' }],
    ['250 grün\r\n', { text: '250 grün' }],
    [Buffer.from([0x32, 0x35, 0x30, 0x20, 0xff, 0x0a]), { text: '250 ?' }],
  ])('%j', async (sent, expected) => {
    await withWire(async ({ wire, server }) => {
      server.write(sent);
      expect(await wire.readReply()).toMatchObject(expected);
    });
  });

  test('without smtputf8_enable every 8-bit byte is a question mark', async () => {
    await withWire(
      async ({ wire, server }) => {
        server.write('250 ü\r\n');
        expect((await wire.readReply()).text).toBe('250 ??');
      },
      { utf8: false },
    );
  });

  test('one byte at a time makes the same replies', async () => {
    await withWire(async ({ wire, server }) => {
      for (const byte of Buffer.from('250-a\r\n250 b\r\n354 c\r\n')) server.write(Buffer.from([byte]));
      expect((await wire.readReply()).text).toBe('250-a\n250 b');
      expect((await wire.readReply()).code).toBe(354);
    });
  });

  test('lines that are no reply are told', async () => {
    await withWire(async ({ wire, server, malformed }) => {
      server.write('550no-space\r\n250 ok\r\n');
      await wire.readReply();
      expect(malformed).toEqual(['550no-space']);
    });
  });
});

describe('a server that says too much', () => {
  test('a line over the limit is cut and stays valid', async () => {
    await withWire(async ({ wire, server, warnings }) => {
      server.write(`250 ${'x'.repeat(3000)}\r\n250 next\r\n`);
      const reply = await wire.readReply();
      expect(reply.code).toBe(250);
      expect(reply.text).toHaveLength(LINE_LIMIT_BYTES);
      expect(warnings).toEqual([
        `mx.test[192.0.2.1]:25: response longer than 2048: 250 ${'x'.repeat(26)}...`,
      ]);
      expect((await wire.readReply()).text).toBe('250 next');
    });
  });

  test('the longest line that fits has 2047 bytes before CRLF', async () => {
    await withWire(async ({ wire, server, warnings }) => {
      server.write(`250 ${'x'.repeat(2043)}\r\n`);
      expect((await wire.readReply()).text).toHaveLength(2047);
      expect(warnings).toEqual([]);
    });
  });

  test('a line that goes on for twice the limit ends the input', async () => {
    await withWire(async ({ wire, server, warnings }) => {
      server.write(`250 ${'x'.repeat(5000)}\r\n250 next\r\n`);
      expect((await wire.readReply()).code).toBe(250);
      await expect(wire.readReply()).rejects.toMatchObject({ kind: 'lost' });
      expect(warnings.at(-1)).toBe('disabling input from mx.test[192.0.2.1]:25');
    });
  });

  test('of many lines the first 2048 bytes are kept and the last code counts', async () => {
    await withWire(async ({ wire, server, warnings }) => {
      server.write(`${`250-${'x'.repeat(96)}\r\n`.repeat(50)}550 5.0.1 end\r\n`);
      const reply = await wire.readReply();
      expect(reply).toMatchObject({ code: 550, status: '5.0.1' });
      expect(reply.text.length).toBeLessThan(2200);
      expect(warnings).toEqual([
        `mx.test[192.0.2.1]:25: multi-line response longer than 2048 250-${'x'.repeat(26)}...`,
      ]);
    });
  });

  test('an endless reply is a lost connection', async () => {
    await withWire(async ({ wire, server }) => {
      server.write('250-x\r\n'.repeat(20_000));
      await expect(wire.readReply()).rejects.toMatchObject({ kind: 'lost' });
    });
  });

  test('a flood that nobody reads stays with the server', async () => {
    await withWire(async ({ wire, server, clock }) => {
      server.write(Buffer.alloc(8_000_000, 'x'));
      await new Promise<void>((resolve) => clock.schedule(60_000, resolve));
      expect(server.writableLength).toBeGreaterThan(7_000_000);
      wire.destroy();
    });
  });
});

describe('time', () => {
  test('a limit holds for each wait: a trickling server never exceeds it', async () => {
    await withWire(async ({ wire, server, clock }) => {
      const text = '250 ok\r\n';
      for (const [index, character] of [...text].entries())
        clock.schedule(2_000 * index, () => server.write(character));
      wire.limit(limited(3));
      expect((await wire.readReply()).code).toBe(250);
    });
  });

  test('a deadline holds for all waits together', async () => {
    await withWire(async ({ wire, server, clock }) => {
      const startedAtMs = clock.now();
      for (let index = 0; index < 8; index += 1) clock.schedule(2_000 * index, () => server.write('2'));
      wire.limit(limited(3, true));
      await expect(wire.readReply()).rejects.toMatchObject({ kind: 'timeout' });
      expect(clock.now() - startedAtMs).toBe(3_000);
    });
  });

  test.each([
    [500, 'sent'],
    [undefined, 'timeout'],
  ])('with a deadline, what is written at more than %s bytes a second earns time: %s', async (rate, end) => {
    await withWire(async ({ wire, network, server }) => {
      network.setPath({ bytesPerSecond: 40_000, windowBytes: 10_000 });
      server.resume();
      wire.limit({ seconds: 3, deadline: true, ...(rate !== undefined && { minBytesPerSecond: rate }) });
      const sent = (async () => {
        for (let piece = 0; piece < 10; piece += 1) await wire.put(Buffer.alloc(65_536));
        return 'sent';
      })();
      expect(await sent.catch((error: unknown) => (error instanceof WireError ? error.kind : error))).toBe(
        end,
      );
    });
  });

  test('without a deadline a peer that takes the content slowly is not given up', async () => {
    await withWire(async ({ wire, network, clock }) => {
      network.setPath({ bytesPerSecond: 100, windowBytes: 8_192 });
      const startedAtMs = clock.now();
      wire.limit(limited(180));
      await wire.put(Buffer.alloc(100_000));
      await wire.flush();
      expect(clock.now() - startedAtMs).toBeGreaterThan(900_000);
    });
  });

  test('silence ends with the limit, and 0 is none', async () => {
    await withWire(async ({ wire, server, clock }) => {
      wire.limit(limited(300));
      await expect(wire.readReply()).rejects.toThrow(WireError);
      wire.limit(limited(0));
      clock.schedule(86_400_000, () => server.write('250 at last\r\n'));
      expect((await wire.readReply()).code).toBe(250);
    });
  });
});

describe('the end', () => {
  test('commands leave together when a reply is awaited', async () => {
    await withWire(async ({ wire, server, received }) => {
      wire.send('MAIL FROM:<a@b.test>');
      wire.send('RCPT TO:<ü@d.test>');
      expect(wire.unsentBytes).toBe(43);
      server.write('250 ok\r\n');
      await wire.readReply();
      expect(wire.unsentBytes).toBe(0);
      server.write('250 ok\r\n');
      await wire.readReply();
      expect(received()).toBe('MAIL FROM:<a@b.test>\r\nRCPT TO:<ü@d.test>\r\n');
    });
  });

  test('close sends what is buffered', async () => {
    await withWire(async ({ wire, server, clock, received }) => {
      wire.send('QUIT');
      wire.close();
      const ended = new Promise<void>((resolve) => server.once('end', resolve));
      await ended;
      expect(received()).toBe('QUIT\r\n');
      expect(clock.now()).toBeGreaterThan(0);
    });
  });

  test('what came before the close is still read', async () => {
    await withWire(async ({ wire, server }) => {
      server.end('421 4.3.2 going down\r\n');
      expect((await wire.readReply()).code).toBe(421);
      await expect(wire.readReply()).rejects.toMatchObject({ kind: 'lost' });
    });
  });

  test('a reset is a lost connection, for reading and for writing', async () => {
    await withWire(async ({ wire, server }) => {
      server.resetPeer();
      await expect(wire.readReply()).rejects.toMatchObject({ kind: 'lost' });
      wire.send('QUIT');
      await expect(wire.flush()).rejects.toMatchObject({ kind: 'lost' });
    });
  });

  test('an abort ends a wait at once', async () => {
    await withWire(async ({ wire, clock }) => {
      const startedAtMs = clock.now();
      wire.limit(limited(300));
      clock.schedule(1_000, () => wire.abort());
      await expect(wire.readReply()).rejects.toMatchObject({ kind: 'aborted' });
      expect(clock.now() - startedAtMs).toBe(1_000);
      await expect(wire.pause(10_000)).rejects.toMatchObject({ kind: 'aborted' });
    });
  });
});
