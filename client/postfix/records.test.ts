import { describe, expect, test } from 'vitest';
import { contentRecords, encodeRecord, readRecords } from './records.ts';

describe('records', () => {
  const bytes = Buffer.concat([
    encodeRecord('M'),
    ...contentRecords(Buffer.from(`${'x'.repeat(300)}\nb`)),
    encodeRecord('X'),
    encodeRecord('E'),
  ]);

  test('are read as they were written', () => {
    expect([...readRecords(bytes)]).toEqual([
      { type: 'M', text: '' },
      { type: 'N', text: 'x'.repeat(300) },
      { type: 'N', text: 'b' },
      { type: 'X', text: '' },
      { type: 'E', text: '' },
    ]);
  });

  test('that are not complete wait', () => {
    expect([...readRecords(bytes.subarray(0, 4))]).toEqual([{ type: 'M', text: '' }]);
    expect([...readRecords(bytes.subarray(0, 9))]).toEqual([{ type: 'M', text: '' }]);
  });

  test('without an end of their length are refused', () => {
    expect(() => [...readRecords(Buffer.from('N\xff\xff\xff\xff\xff\xff', 'latin1'))]).toThrow(RangeError);
  });
});
