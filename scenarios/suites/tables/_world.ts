/** What the scenarios of lookup tables share: a server that takes mail, and a message from `local@here.test`. */
import { mailHost, message, type ScenarioMessage, type ScenarioSpec, zone } from '../../scenario.ts';

export const from = 'local@here.test';
export const to = 'user@example.test';

/** Where mail goes. */
export const place = {
  dns: zone('example.test', { MX: '10 mx', mx: '192.0.2.1', tables: '192.0.2.9' }),
  hosts: { mx: mailHost() },
} satisfies Partial<ScenarioSpec>;

/** Whose only addresses are those of the envelope. */
export function sent(sender = from): ScenarioMessage {
  return message({ from: sender, to, content: 'Subject: Tables\n\nHello\n' });
}

/** As the server sees the sender. */
export const mailFrom = (address: string): string[] => [
  '...',
  `C: MAIL FROM:<${address}>*`,
  '...',
  'C: QUIT',
];
