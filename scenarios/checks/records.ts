/** What the client gives the status services to keep of an outcome (delivery reference 1.7, 1.8, 1.10). */
import type { StatusAction, StatusService } from '../../client/outcome/status-services.ts';
import type { Notify } from '../../client/request.ts';
import type { KeptRecord } from '../senders/sender.ts';
import { type Expectation, UNTOLD } from './expectation.ts';
import { matches, type Pattern, showPattern } from './pattern.ts';

export interface RecordDetails {
  readonly address?: string;
  readonly action?: StatusAction;
  readonly dsn?: Pattern;
  readonly reason?: Pattern;
  /** The server's reply, on one line. */
  readonly reply?: Pattern;
  readonly remoteMta?: Pattern;
  readonly originalAddress?: Pattern;
  readonly notify?: readonly Notify[];
  /** How many there are of this kind; one or more when absent. */
  readonly count?: number;
}

/** The service keeps such a record. */
export function recorded(service: StatusService, details: RecordDetails = {}): Expectation {
  const { count } = details;
  const title = `recorded by ${service}${count === undefined ? '' : ` ${count} times`}: ${show(details)}`;
  return expectation(title, service, details, (found) => (count === undefined ? found > 0 : found === count));
}

/** The service keeps no such record. */
export function notRecorded(service: StatusService, details: Omit<RecordDetails, 'count'> = {}): Expectation {
  return expectation(
    `not recorded by ${service}: ${show(details)}`,
    service,
    details,
    (found) => found === 0,
  );
}

function expectation(
  title: string,
  service: StatusService,
  details: RecordDetails,
  holds: (found: number) => boolean,
): Expectation {
  return {
    title,
    binds: 'postfix',
    mentions: {},
    look({ records }) {
      if (records === undefined) return [{ holds: false, seen: UNTOLD }];
      const found = records.filter((record) => record.service === service && fits(record, details));
      const seen = records.map((record) => `${record.service}: ${JSON.stringify(record)}`).join(' | ');
      return [{ holds: holds(found.length), seen: seen || 'no records' }];
    },
  };
}

const TEXTS = ['dsn', 'reason', 'reply', 'remoteMta', 'originalAddress'] as const;

function fits(record: KeptRecord, details: RecordDetails): boolean {
  const { address = record.address, action = record.action, notify = record.notify } = details;
  return (
    record.address === address &&
    record.action === action &&
    record.notify.toString() === notify.toString() &&
    TEXTS.every((name) => {
      const pattern = details[name];
      return pattern === undefined || matches(pattern, record[name] ?? '');
    })
  );
}

function show(details: RecordDetails): string {
  const { address, action, notify } = details;
  const texts = TEXTS.flatMap((name) => {
    const pattern = details[name];
    return pattern === undefined ? [] : [`${name} ${showPattern(pattern)}`];
  });
  const parts = [address, action, ...texts, notify && `notify ${notify.join(',')}`];
  return parts.filter((part) => part !== undefined).join(', ') || 'anything';
}
