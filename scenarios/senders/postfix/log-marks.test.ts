import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AttributeReader } from '../../../client/postfix/attributes.ts';
import { LogMarks } from './log-marks.ts';
import { serveSocket } from './service-sockets.ts';

const never = new AbortController().signal;

test('a mark has passed when the log has come to it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nexthop-'));
  const path = join(folder, 'scache');
  const marks = new LogMarks(path);
  const passed: string[] = [];
  const service = await serveSocket(path, () => {
    const reader = new AttributeReader();
    return (chunk) => {
      for (const list of reader.push(chunk)) {
        marks.onLogLine('something else');
        marks.onLogLine('warning: unrecognized request: "mark 7", ignored');
        passed.push('a line before');
        marks.onLogLine(`warning: unrecognized request: "${list.get('request')}", ignored`);
      }
    };
  });
  await Promise.all(
    [marks.pass(never), marks.pass(never)].map((each) => each.then(() => passed.push('mark'))),
  );
  expect(passed.toSorted()).toEqual(['a line before', 'a line before', 'mark', 'mark']);
  expect(passed[0]).toBe('a line before');
  service.close();
  await rm(folder, { recursive: true });
});

test('nobody waits for a mark that cannot be made, or that nobody wants any more', async () => {
  await new LogMarks('/nonexistent/scache').pass(never);
  const folder = await mkdtemp(join(tmpdir(), 'nexthop-'));
  const path = join(folder, 'scache');
  const stop = new AbortController();
  const service = await serveSocket(path, () => () => stop.abort());
  const marks = new LogMarks(path);
  await marks.pass(stop.signal);
  await marks.pass(stop.signal);
  service.close();
  await rm(folder, { recursive: true });
});
