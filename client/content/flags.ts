/** The flags that a delivery service is run with: `flags=` of its entry in master.cf (delivery reference 1.6). */
import { ConfigError, shown } from '../config/config-error.ts';
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Service } from '../request.ts';

export interface Flags {
  /** `R`: put Return-Path in front. */
  readonly returnPath: boolean;
  /** `O`: put X-Original-To in front. */
  readonly originalRecipient: boolean;
  /** `D`: put Delivered-To in front, and refuse a message that has it already. */
  readonly deliveredTo: boolean;
  /** `X`: delivery is final, for the reports of what became of it. */
  readonly final: boolean;
}

export const NO_FLAGS: Flags = {
  returnPath: false,
  originalRecipient: false,
  deliveredTo: false,
  final: false,
};

export interface FlagsContext {
  readonly service: Service;
  readonly settings: Pick<Settings, 'lmtp_assume_final'>;
  readonly emit?: EventListener | undefined;
}

/** The flags that a service runs with: those given, and the one that an obsolete parameter stands for, with a warning. */
export function serviceFlags(text: string, { service, settings, emit }: FlagsContext): Flags {
  const flags = parseFlags(text);
  if (service !== 'lmtp' || !settings.lmtp_assume_final || flags.final) return flags;
  const instead = `lmtp_assume_final is obsolete; instead, specify "flags=${text}X" in master.cf`;
  emit?.({ type: 'log', level: 'warning', text: instead });
  return { ...flags, final: true };
}

/** Reads flags such as `DOR`, in any order. Throws ConfigError for a letter that means nothing. */
export function parseFlags(text: string): Flags {
  if (!/^[DORX]*$/.test(text))
    throw new ConfigError(`flags "${shown(text)}": use any of D, O, R and X, such as DOR`);
  return {
    returnPath: text.includes('R'),
    originalRecipient: text.includes('O'),
    deliveredTo: text.includes('D'),
    final: text.includes('X'),
  };
}
