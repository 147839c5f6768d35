/** The register name by name, for people: a parameter and its lmtp twin are two entries. */
import type { Group, Parameter } from './parameter.ts';
import { parameters } from './register.ts';

export interface Entry {
  readonly name: string;
  readonly type: Parameter['type'];
  /** Before expansion; '' where it comes from the system's host name. */
  readonly default: string;
  readonly group: Group;
  readonly since: string;
  readonly seed: boolean;
  readonly meaning: string;
  /** Why it has no effect. */
  readonly noEffect?: string;
  /** Of a twin: the parameter that the smtp service reads instead. */
  readonly twinOf?: string;
}

export const entries: readonly Entry[] = parameters.flatMap(([name, parameter]): Entry[] => {
  const { type, default: text = '', group, since, seed = false, meaning, noEffect, lmtp } = parameter;
  const without = noEffect === undefined ? {} : { noEffect };
  const own: Entry = { name, default: text, type, group, since, seed, meaning, ...without };
  if (!lmtp) return [own];
  const differs = { name: lmtp.name, default: lmtp.default ?? text, seed: lmtp.seed ?? false };
  return [own, { ...own, ...differs, twinOf: name }];
});
