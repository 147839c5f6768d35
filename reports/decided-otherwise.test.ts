import { expect, test } from 'vitest';
import { decidedOtherwise } from './decided-otherwise.ts';

const decision = (text: string, atMs = 0, because?: string) => ({
  atMs,
  about: 'TLS',
  text,
  ...(because !== undefined && { because }),
});

test('what both decided, at whatever time, is left out', () => {
  const left = [decision('a'), decision('b', 5)];
  const right = [decision('b', 9), decision('a', 3)];
  expect(decidedOtherwise({ decisions: left }, { decisions: right })).toEqual({ left: [], right: [] });
});

test('another reason is another decision, and so is one more of the same', () => {
  const left = [decision('a', 0, 'x'), decision('b'), decision('b', 1)];
  const right = [decision('a', 0, 'y'), decision('b')];
  expect(decidedOtherwise({ decisions: left }, { decisions: right })).toEqual({
    left: [left[0], left[2]],
    right: [right[0]],
  });
});

test('nothing is said where one of them does not tell', () => {
  expect(decidedOtherwise({ decisions: [decision('a')] }, {})).toBeUndefined();
});
