/** Exim's configuration for one scenario: it delivers to whatever host DNS or the next hop names, and logs how. */
import type { Destination } from '../../../client/destination.ts';
import type { Service } from '../../../client/request.ts';
import { PATIENCE_SECONDS } from '../foreign.ts';

export interface EximConfig {
  readonly program: string;
  /** Queue, hints and logs. */
  readonly spool: string;
  readonly hostname: string;
  readonly service: Service;
  /** Absent, each recipient's domain. */
  readonly destination: Destination | undefined;
}

const MAIN_LOG = 'log_main';

export function mainLogOf(spool: string): string {
  return `${spool}/${MAIN_LOG}`;
}

/**
 * The text of the configuration file. Times are short where a scenario may let Exim wait; all else is as Exim has it
 * by default. Its own notices of failure are dropped: in a scenario nobody waits for them.
 */
export function eximConfig(config: EximConfig): string {
  const { program, spool, hostname } = config;
  return `exim_path = ${program}
spool_directory = ${spool}
log_file_path = ${spool}/log_%s
primary_hostname = ${hostname}
keep_environment = LD_LIBRARY_PATH
deliver_drop_privilege = true
dsn_advertise_hosts = *
allow_domain_literals = true
acl_smtp_rcpt = all
acl_smtp_data = all
local_from_check = false
dns_dnssec_ok = 1
dns_retrans = 1s
dns_retry = 2
log_selector = +smtp_confirmation +outgoing_port +tls_peerdn +dnssec -retry_defer
message_size_limit = 128M
check_spool_space = 0
delay_warning =

begin acl

all:
  accept

begin routers

notices:
  driver = redirect
  condition = \${if eq{$received_protocol}{local}}
  data = :blackhole:

${route(config)}
begin transports

${transport(config)}
begin retry

* * F,1h,1m
`;
}

function route({ service, destination }: EximConfig): string {
  if (destination === undefined) {
    return `literals:
  driver = ipliteral
  transport = remote

exchangers:
  driver = dnslookup
  transport = remote
  dnssec_request_domains = *
  self = fail
  no_more
`;
  }
  if (destination.kind === 'unix') {
    return `socket:
  driver = accept
  transport = remote
`;
  }
  const { domain, bracketed } = destination;
  const host = domain.replaceAll(':', '::');
  return `named:
  driver = manualroute
  transport = remote
  route_data = ${bracketed || service === 'lmtp' ? host : `${host}/MX`}
  host_find_failed = defer
  dnssec_request_domains = *
  self = send
  no_more
`;
}

function transport({ service, destination }: EximConfig): string {
  if (destination?.kind === 'unix') {
    return `remote:
  driver = lmtp
  socket = ${quoted(destination.path)}
  timeout = ${PATIENCE_SECONDS}s
  batch_max = 1000
`;
  }
  return `remote:
  driver = smtp
  protocol = ${service}
  port = ${destination?.port ?? (service === 'lmtp' ? 24 : 25)}
${timeLimits()}`;
}

function timeLimits(): string {
  return ['connect_timeout', 'command_timeout', 'data_timeout', 'final_timeout']
    .map((name) => `  ${name} = ${PATIENCE_SECONDS}s\n`)
    .join('');
}

/** A string that Exim expands: characters with a meaning to it are escaped. */
function quoted(text: string): string {
  return text.replace(/[\\$]/g, '\\$&');
}
