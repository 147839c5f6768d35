/** Texts and numbers of the stored model, each with its limit. */
import * as z from 'zod';

/** One line of a dialogue or log, one answer. */
export const lineLimitCharacters = 600;
/** One piece of evidence, one reason, one replay command. */
export const evidenceLimitCharacters = 4_000;
/** Names: scenarios, hosts, addresses, parameters. */
export const nameLimitCharacters = 400;

export const name = z.string().max(nameLimitCharacters);
export const line = z.string().max(lineLimitCharacters);
export const evidence = z.string().max(evidenceLimitCharacters);
export const milliseconds = z.number().min(0);
export const count = z.int().min(0);
