/** MAIL and RCPT taken apart: the path and the parameters. */
import type { Step } from './conversation.ts';
import { lineOf } from './conversation.ts';

export interface EnvelopeCommand {
  /** What stands between the angle brackets, undefined when the form is not `FROM:<...>` or `TO:<...>`. */
  readonly path: string | undefined;
  readonly parameters: readonly { readonly keyword: string; readonly value: string | undefined }[];
}

/** Reads a MAIL or RCPT command; quoted local parts may hold any character, angle brackets too. */
export function readEnvelope(step: Step): EnvelopeCommand {
  const line = lineOf(step);
  const found =
    /^(?:MAIL FROM|RCPT TO):<((?:"(?:[^"\\]|\\.)*"|[^">])*)>(.*)$/i.exec(line) ??
    // Quotes that do not match: what else is wrong with the path is still worth a look.
    /^(?:MAIL FROM|RCPT TO):<(.*)>(.*)$/i.exec(line);
  if (found === null) return { path: undefined, parameters: [] };
  const words = (found[2] ?? '').split(' ').slice(1);
  const parameters = words.map((word) => {
    const equals = word.indexOf('=');
    return equals < 0
      ? { keyword: word.toUpperCase(), value: undefined }
      : { keyword: word.slice(0, equals).toUpperCase(), value: word.slice(equals + 1) };
  });
  return { path: found[1] ?? '', parameters };
}

export function parameterOf(step: Step | undefined, keyword: string): string | undefined {
  if (step === undefined) return undefined;
  const found = readEnvelope(step).parameters.find((parameter) => parameter.keyword === keyword);
  return found === undefined ? undefined : (found.value ?? '');
}
