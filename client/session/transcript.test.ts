import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Transcript } from './transcript.ts';

describe('a transcript', () => {
  test('tells who said what, in order', () => {
    const transcript = new Transcript();
    transcript.replyLine('220 mx');
    transcript.replacement('354 mx');
    transcript.command('QUIT');
    expect(transcript.lines).toEqual([' In:  220 mx', ' Replaced-by:', '      354 mx', ' Out: QUIT']);
  });

  test('breaks long lines between words', () => {
    const transcript = new Transcript();
    transcript.replyLine(`250 ${'word '.repeat(40)}`);
    const [first = '', ...others] = transcript.lines;
    expect(first.length).toBeLessThanOrEqual(79);
    for (const line of others) expect(line).toMatch(/^ {5}word.{0,70}$/);
  });

  test('loses no word and lets nothing through that is not printable', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 20 }), (said) => {
        const transcript = new Transcript();
        for (const line of said) transcript.replyLine(line);
        const text = transcript.lines.join('\n');
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
        const words = said.flatMap((line) => line.replace(/[\u0000-\u001f\u007f]/g, '?').split(' '));
        const shown = text.split(/[ \n]/).filter((word) => word !== '' && word !== 'In:');
        expect(shown).toEqual(words.filter((word) => word !== '' && word !== 'In:'));
      }),
    );
  });

  test('has an end whatever is said', () => {
    const transcript = new Transcript();
    for (let line = 0; line < 1000; line += 1) transcript.replyLine('x'.repeat(2000));
    expect(transcript.lines.join('').length).toBeLessThan(300_000);
    expect(transcript.lines.at(-1)).toBe(' [...]');
  });
});
