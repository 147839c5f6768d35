/** Every monitor, in the order of a session. A new one is added here and in its test. */
import { authentication } from './authentication.ts';
import { commandLines } from './command-lines.ts';
import { commandOrder } from './command-order.ts';
import { dotStuffing } from './dot-stuffing.ts';
import { eightBit } from './eight-bit.ts';
import { introduction } from './introduction.ts';
import { lineEnds } from './line-ends.ts';
import type { Monitor } from './monitor.ts';
import { notificationParameters } from './notification-parameters.ts';
import { oneOutcome } from './one-outcome.ts';
import { parameters } from './parameters.ts';
import { paths } from './paths.ts';
import { pipelining } from './pipelining.ts';
import { quit } from './quit.ts';
import { sizeValue } from './size-value.ts';
import { textLines } from './text-lines.ts';
import { tls } from './tls.ts';

export const monitors: readonly Monitor[] = [
  introduction,
  tls,
  commandOrder,
  authentication,
  commandLines,
  lineEnds,
  pipelining,
  parameters,
  notificationParameters,
  paths,
  sizeValue,
  eightBit,
  textLines,
  dotStuffing,
  quit,
  oneOutcome,
];
