/** Answers of tables as they are kept and compared: of `postmap -q`, and of our client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { Sample } from './sample.ts';

const answer = z.object({
  /** What was found; null when nothing was. Absent when the lookup failed. */
  value: z.string().nullable().optional(),
  /** Warnings, and the error of a table that cannot be opened. */
  log: z.array(z.string()).optional(),
});

const kept = z.object({
  /** Which Postfix says so. */
  version: z.string(),
  answers: z.array(z.object({ table: z.string(), keys: z.record(z.string(), answer) })),
  /** Databases that it made: deflated, in base64, by sample and file. */
  databases: z.record(z.string(), z.record(z.string(), z.string())),
});

export type Answer = z.infer<typeof answer>;
export type KeptAnswers = z.infer<typeof kept>;

export const ANSWERS_FILE = join(import.meta.dirname, 'answers.json');

export function readAnswers(): KeptAnswers {
  return kept.parse(JSON.parse(readFileSync(ANSWERS_FILE, 'utf8')));
}

/** What is behind the table of a sample, databases included. */
export function filesOf(
  sample: Sample,
  index: number,
  { databases }: KeptAnswers,
): Record<string, string | Uint8Array> {
  const made = Object.entries(databases[index] ?? {}).map(([name, content]): [string, Uint8Array] => [
    name,
    inflateRawSync(Buffer.from(content, 'base64')),
  ]);
  return { ...sample.files, ...Object.fromEntries(made) };
}
