import { expect, test } from 'vitest';
import { libraryProblem } from './connect.ts';

test.each([
  [
    'error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../ssl/rec_layer_s3.c:1605:SSL alert number 70\n',
    'error:0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70',
  ],
  [
    '40A7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:350:\n',
    'error:0A00010B:SSL routines::wrong version number',
  ],
])('an error of OpenSSL is told without its place in the sources: %s', (message, problem) => {
  expect(libraryProblem(new Error(message))).toBe(problem);
});

test('an error of the system is none of OpenSSL', () => {
  expect(libraryProblem(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))).toBeUndefined();
});
