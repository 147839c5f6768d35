/** Whether messages that cannot be read are kept apart (delivery reference 7.1). */
import { type Expectation, UNTOLD } from './expectation.ts';

/** One message is, in all that the scenario sends. */
export function setAside(): Expectation {
  return expectation('the message is set aside', 1);
}

export function notSetAside(): Expectation {
  return expectation('no message is set aside', 0);
}

function expectation(title: string, count: number): Expectation {
  return {
    title,
    binds: 'postfix',
    mentions: {},
    look({ setAside: seen }) {
      return [{ holds: seen === count, seen: seen === undefined ? UNTOLD : `${seen} set aside` }];
    },
  };
}
