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
local_from_check = false
dns_dnssec_ok = 1
log_selector = +smtp_confirmation +outgoing_port +tls_peerdn +dnssec -retry_defer
message_size_limit = 128M
check_spool_space = 0
delay_warning =

begin acl
begin routers

notices:
  driver = redirect
  condition = \${if eq{$received_protocol}{local}}
  data = :blackhole:

${route(config)}
begin transports

remote:
  driver = smtp
${timeLimits()}
lmtp_tcp:
  driver = smtp
  protocol = lmtp
  port = 24
  hosts_try_fastopen =
${timeLimits()}${
  config.destination?.kind === 'unix'
    ? `
lmtp_socket:
  driver = lmtp
  socket = ${quoted(config.destination.path)}
  timeout = ${PATIENCE_SECONDS}s
  batch_max = 1000
`
    : ''
}
begin retry

* * F,1h,1m
`;
}

function route({ service, destination }: EximConfig): string {
  const transport = service === 'lmtp' ? 'lmtp_tcp' : 'remote';
  if (destination === undefined) {
    return `exchangers:
  driver = dnslookup
  transport = ${transport}
  dnssec_request_domains = *
  self = fail
  no_more
`;
  }
  if (destination.kind === 'unix') {
    return `socket:
  driver = accept
  transport = lmtp_socket
`;
  }
  const { domain, bracketed, port } = destination;
  // Hosts are listed with semicolons between them, so that addresses may have colons.
  const host = bracketed || service === 'lmtp' ? domain : `${domain}/MX`;
  const place = domain.includes(':') ? `[${domain}]` : host;
  return `named:
  driver = manualroute
  transport = ${transport}
  route_data = <; ${place}:${port}
  host_find_failed = defer
  dnssec_request_domains = *
  self = send
  no_more
`;
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
