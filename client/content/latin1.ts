/** Inside the content pipeline a character stands for a byte; tables and logs deal in text, which is UTF-8. */

export function textFromBytes(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}

export function bytesAsText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1');
}

function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text);
}
