/**
 * Nexthop as a library: the client, and a simulated mail internet for tests.
 *
 * - `createClient` delivers messages; `parseAddress` reads addresses as people write them, `mailLogLine` turns
 *   events into the lines of a mail log.
 * - `createWorld` builds a world of names, hosts and faults in virtual time; a client made with it works in it.
 *
 * The language of scenarios is the entry `nexthop/scenarios`.
 */

export { AddressError, parseAddress, quoteAddress } from './client/address.ts';
export { type Client, type ClientOptions, createClient, type Mail } from './client/client.ts';
export { ConfigError } from './client/config/config-error.ts';
export type { Settings } from './client/config/register.ts';
export { type Message, messageFromBytes } from './client/content/message.ts';
export type { Decision, Explanation } from './client/decision.ts';
export { DestinationError } from './client/destination.ts';
export type { ClientEvent, EventListener } from './client/events.ts';
export { explain } from './client/explain.ts';
export type { AddToFlush } from './client/outcome/fast-flush.ts';
export { mailLogLine } from './client/outcome/mail-log.ts';
export type { Notice, PostNotice } from './client/outcome/notices.ts';
export type {
  StatusAction,
  StatusRecord,
  StatusService,
  StatusServices,
} from './client/outcome/status-services.ts';
export { nodePlatform } from './client/platform/node.ts';
export type {
  Clock,
  Connection,
  Files,
  Network,
  Platform,
  Random,
  SqlDatabase,
} from './client/platform/platform.ts';
export type { Notify, OtherTransport, Outcome, OutcomeStatus, Recipient, Service } from './client/request.ts';
export {
  type Authority,
  authority,
  type Certified,
  Credential,
  certificatePem,
  fingerprint,
  publicKeyPem,
  selfSigned,
} from './simulator/certificates/authority.ts';
export type { CertificateOptions } from './simulator/certificates/certificate.ts';
export { tlsa } from './simulator/certificates/tlsa.ts';
export { type Zone, type ZoneEntries, ZoneError, zone } from './simulator/dns/zone.ts';
export { type AgedFile, aged, type FileContent } from './simulator/file-content.ts';
export { type MailHostSwitches, mailHost } from './simulator/hosts/declarative.ts';
export { dialogueHost } from './simulator/hosts/dialogue.ts';
export {
  bytes,
  close,
  type DialogueStep,
  expectClose,
  flush,
  halfClose,
  reset,
  silent,
  stall,
  startTls,
  wait,
} from './simulator/hosts/dialogue-steps.ts';
export { HostDefinitionError } from './simulator/hosts/host.ts';
export { type StockOptions, stockHost } from './simulator/hosts/stock.ts';
export type { HandshakeFault } from './simulator/hosts/tls/faults.ts';
export type { TlsOptions } from './simulator/hosts/tls/options.ts';
export { listening } from './simulator/places.ts';
export type { Session, SessionEntry, TlsFacts } from './simulator/session.ts';
export {
  type TableAnswer,
  type TableServerDefinition,
  tableServer,
} from './simulator/tables/table-server.ts';
export { createWorld, type World, type WorldDescription } from './simulator/world.ts';
