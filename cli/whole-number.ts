import { UsageError } from './usage.ts';

/** The value of an option that is a whole number within limits. */
export function wholeNumber(
  option: string,
  text: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new UsageError(`${option}: '${text}' is not a whole number`);
  if (value < least || value > most)
    throw new UsageError(`${option}: ${value} is not from ${least} to ${most}`);
  return value;
}
