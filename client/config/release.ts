/** A release level as `compatibility_level` and the `<level` comparisons write it: major, minor, patch. */
export type Release = readonly [major: number, minor: number, patch: number];

/** Of minor and patch, which Postfix packs into ten bits each. */
const PART_LIMIT = 1023;
/** What is left of 63 bits for the major number. */
const MAJOR_LIMIT = 2 ** 43 - 1;

const PART = String.raw`[ \t-\r]*\+?(\d{1,13})`;
const RELEASE = new RegExp(String.raw`^${PART}(?:\.${PART}(?:\.${PART})?)?$`);

/** Reads `3`, `3.6` or `3.6.1`, absent parts being 0; `undefined` for anything else. */
export function parseRelease(text: string): Release | undefined {
  const [whole, major, minor, patch] = RELEASE.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const release: Release = [Number(major), Number(minor ?? 0), Number(patch ?? 0)];
  if (release[0] > MAJOR_LIMIT) return undefined;
  return release[1] > PART_LIMIT || release[2] > PART_LIMIT ? undefined : release;
}

/** Negative, zero or positive as `left` is older than, the same as or newer than `right`. */
export function compareReleases(left: Release, right: Release): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
