/** Databases that postmap(1) of Postfix 3.7.11 made of the source below, and one of SQLite; by tools/table-databases.ts. */
import { gunzipSync } from 'node:zlib';

const unpacked = (text: string): Uint8Array => gunzipSync(Buffer.from(text, 'base64'));

export const source =
  'local@here.test out@there.test\n@else.test all@there.test\nuser@example.test other@example.test\n';

export const databases = {
  hash: unpacked(
    'H4sIAAAAAAACA+3ZMQrCQBSE4VkF0ULWxhNoJWJvl5OIQRZSrERMAl7CG8Q7WNt6AvEKHsFaJEQhMU0au/+r3g6P1y8jSUalcNzToBhGkvpl1lHTdD2RXtLyMj/NxmVmKncK3ZF0O0ar3xwAAAAAAAAAAAAAAPyH+en5e8qthk/7sHd7tWeb2/p+m/5f9P8AAAAAALT7l8dp5PaBO4TbnXeL1CWpTJY0ojhLg2Lz+/bxJvRBJQi9ry0Ezief+Q3wbizvADAAAA==',
  ),
  btree: unpacked(
    'H4sIAAAAAAACA+3XMQrCQBAF0D9CBLGYoGgtCJaiN1g8iVEWLFYiyQa0zzE8hofQG3gIzyASIklUrCxs/mt29s/MAQYABKXVPECnKEKgLOpe02Q5Bu7A4TJczAZ13nq+oy97RERERERERPQ/8navt5GrBGc96U2vetRcef8TERERERER/aoPif3GJsbuo+3O2am3qQfQg2TpZwyFRM6ZYqUKuxBjXVr9FRJn/nUmhLh4HTnTCB9SFYciACAAAA==',
  ),
  cdb: unpacked(
    'H4sIAAAAAAACAyvgYACDglF6lB6lR2kq0ExARgOUPxRpkPsnQPmjNCQ8FkD5o/TwovkZGBj4GBgYcvKTE3McMlKLUvVKUotL8ktLHErgPC6oIofUnGKISGJODpK8IAMDgxADA0NpcWqRQ2pFYm5BDtQYkBoUEQYo6DoYaczAwcCwKMA5TJWDAQ6O7FrwwxWJDwD6z4mToAgAAA==',
  ),
  lmdb: unpacked(
    'H4sIAAAAAAACA+3YQQrCMBCF4RfdFFy0KHgMz5CrFAm4iFRsCh6hJ3IpHsOVV/AIik2LtQi6sLv/W8xkhoFAdhOpkzTxer6djN7EMpMSq6/uLf2omzcCAAAAAABjMaPu/+bDPdG0zZNB5h8AAAAAAID/m/ROS9XpMb2kdcq7AAAAAAAwhkUT56pKt7fukG933q2CK4OKsBm2FBf0mazzZdvLvbfPybaME5l8sc69ffWLKvTH9AAYEXFLADAAAA==',
  ),
  sqlite: unpacked(
    'H4sIAAAAAAACA+3XMU7DMBQG4Jdg2i6tWSoGkGKGSoSiItQLpKBMdAEysJrWiEhOXCWOWsQ5OAZTr8HIFXoPFCgQUASsSP8nWXr2+4dnb748H8dWiRuTJdKKIW2R41AgBBG1iMilTw4RsW/737Ro8PDULsN8SXxJAAAAAAAAAPA3Z05ju9t17q281iqRsS6Xe3oRjqJQRKOTcSjKE7Evp9NM5bmIwqvoUExNIuN0vTGFfa388m/e7KyIP/NHvuBjLrjbWeGRAQAAAAAA4B/aaTLfo7TQOrhVmRpYlduPYrfB+l5bJTN7V9M92GR9z7fzeKJqunZugkqW/ZQ1qapkhxvsqHdc5CoL1EImM/12XK1Nmf7S7blsz/MDpfN1+r2QWlfncMo5tJnIuvuawlayL8O+tHQAIAAA',
  ),
};
