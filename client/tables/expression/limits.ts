/** What bounds regular expressions: tables are configuration, but their keys come from anybody. */

/** Parentheses inside parentheses. */
export const NESTING_LIMIT = 250;

/** The numbers in `{min,max}`. */
export const REPEAT_LIMIT = 32_767;
export const PCRE_REPEAT_LIMIT = 65_535;

/** The size of one expression, its repetitions written out. */
export const INSTRUCTIONS_LIMIT = 50_000;

/** The work for one key. PCRE has a limit of this size too, and for the same reason: some patterns never end. */
export const STEPS_LIMIT = 5_000_000;

/** Alternatives kept for later while one key is matched. */
export const CHOICES_LIMIT = 1_000_000;

/** Places remembered as hopeless, one bit each: branches times characters. Where there are more, none are. */
export const REMEMBERED_LIMIT = 64_000_000;
