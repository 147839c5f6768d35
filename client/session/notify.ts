/** Tells the postmaster of a session in which something went against the protocol (delivery reference 8.7, 9.5). */
import type { Notice, PostNotice } from '../outcome/notices.ts';
import { fullName } from './peer.ts';
import type { Session } from './session.ts';

/** Posts a notice if `notify_classes` asks for one. Mail that notifies, or is returned, is not notified about. */
export async function notifyPostmaster(session: Session, sender: string, post: PostNotice): Promise<void> {
  const { settings, troubles } = session;
  const isAskedFor = settings.notify_classes.some((word) => troubles.has(word));
  if (!isAskedFor || sender === '' || sender === doubleBounce(session)) return;
  const { internal_mail_filter_classes: filtered } = settings;
  // Postfix knows these words, and what they stand for is never inspected.
  if (filtered.length > 0 && !filtered.some((word) => word === 'notify' || word === 'bounce'))
    session.log('warning', `internal_mail_filter_classes: bad input: ${filtered.join(', ')}`);
  await post(noticeOf(session)).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    session.log('warning', `postmaster notify: ${reason}`);
  });
}

function noticeOf(session: Session): Notice {
  const { settings, service, clock, transcript } = session;
  const { error_notice_recipient: recipient, header_from_format: format } = settings;
  const peer = fullName(session.peer);
  const daemon = `MAILER-DAEMON@${settings.myhostname}`;
  const [from, to] =
    format === 'standard'
      ? [`Mail Delivery System <${daemon}>`, `Postmaster <${recipient}>`]
      : [`${daemon} (Mail Delivery System)`, `${recipient} (Postmaster)`];
  const lines = [
    `Date: ${new Date(clock.now()).toUTCString().replace('GMT', '+0000 (UTC)')}`,
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${settings.mail_name} ${service.toUpperCase()} client: errors from ${peer}`,
    '',
    `Unexpected response from ${peer}.`,
    '',
    'Transcript of session follows.',
    '',
    ...transcript.lines,
    '',
    'For other details, see the local mail logfile',
  ];
  const { internal_mail_filter_classes: filtered, smtputf8_autodetect_classes: autodetected } = settings;
  return {
    sender: doubleBounce(session),
    recipient,
    content: lines.map((line) => `${line}\n`).join(''),
    inspect: filtered.includes('notify'),
    detectSmtputf8: autodetected.some((word) => word === 'notify' || word === 'all'),
  };
}

function doubleBounce({ settings }: Session): string {
  return `${settings.double_bounce_sender}@${settings.myhostname}`;
}
