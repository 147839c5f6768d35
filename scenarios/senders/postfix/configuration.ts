/** The configuration of the private instance: main.cf for all, and a transport in master.cf for each setup. */
import type { Service } from '../../../client/request.ts';
import type { ServiceSetup, WantedSetup } from '../sender.ts';

export type Parameters = Readonly<Record<string, string>>;

export interface InstanceFolders {
  readonly config: string;
  readonly queue: string;
  readonly data: string;
}

export interface MainCfOptions {
  readonly folders: InstanceFolders;
  readonly programs: string;
  readonly hostname: string;
  readonly release: readonly [major: number, minor: number];
}

/** Postfix wants a user and a group that nothing else of it uses; these stand on every system. */
export const MAIL_OWNER = 'daemon';
const SETGID_GROUP = 'bin';

/** How long master(8) may refuse to start the agent of a transport again after it died: the least that it accepts. */
export const THROTTLE_MS = 1_000;

export function mainCf({ folders, programs, hostname, release }: MainCfOptions): string {
  const parameters: Parameters = {
    compatibility_level: release.join('.'),
    queue_directory: folders.queue,
    data_directory: folders.data,
    meta_directory: folders.config,
    daemon_directory: programs,
    mail_owner: MAIL_OWNER,
    setgid_group: SETGID_GROUP,
    // To master's own standard output, which is a pipe to us.
    maillog_file: '/dev/stdout',
    myhostname: hostname,
    import_environment:
      'LD_LIBRARY_PATH SASL_PATH LANG=C TZ MAIL_CONFIG MAIL_LOGTAG POSTLOG_SERVICE POSTLOG_HOSTNAME',
    default_database_type: 'texthash',
    // What the machine says of mechanisms is not meant for this instance.
    cyrus_sasl_config_path: folders.config,
    smtp_tls_security_level: 'none',
    lmtp_tls_security_level: 'none',
    service_throttle_time: `${THROTTLE_MS / 1000}s`,
    // Processes are kept for scenarios with the same parameters, but not for ever: there are many sets.
    max_idle: '10s',
    max_use: '100000',
  };
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

/** Which tables are plug-ins: type, file, and the function in it that opens one. */
export function dynamicMapsCf(plugIns: ReadonlyMap<string, string>): string {
  return Array.from(plugIns, ([type, file]) => `${type}\t${file}\tdict_${type}_open\n`).join('');
}

/** Stands in for tlsmgr(8) where a setup has sessions of TLS kept. */
const SESSION_KEEPER = 'tlssessions';

/** Services that the client may ask for help, and the one that writes the log. */
const HELPERS = [
  'postlog unix-dgram n - n - 1 postlogd',
  'rewrite unix - - n - - trivial-rewrite',
  'scache unix - - n - 1 scache',
  'tlsmgr unix - - n - 1 tlsmgr',
  // It, not its client, decides whether sessions of TLS are kept.
  `${SESSION_KEEPER} unix - - n - 1 tlsmgr` +
    ' -o { smtp_tls_session_cache_database = btree:$data_directory/smtp_scache }' +
    ' -o { lmtp_tls_session_cache_database = btree:$data_directory/lmtp_scache }',
  'tlsproxy unix - - n - 0 tlsproxy -o { tlsproxy_client_security_level = may }',
];
/** Deliveries go one after another; a second process is for a scenario that follows one that was given up. */
const PROCESS_LIMIT = 20;

/** The agent of another one takes over when that of the first died, and master(8) does not start it again at once. */
const TRANSPORTS_OF_EACH = 4;

/** Names of the transports for the setup at `index`. */
export function transportNames(service: Service, index: number): string[] {
  return Array.from({ length: TRANSPORTS_OF_EACH }, (_, number) => `${service}-${index}-${number}`);
}

export function masterCf(setups: readonly WantedSetup[]): string {
  const transports = setups.flatMap((setup, index) =>
    [...setup.services].flatMap((service) =>
      transportNames(service, index).map((name) => transportLine(name, service, setup)),
    ),
  );
  return [...HELPERS, ...proxymapLines(setups), ...transports].map((line) => `${line}\n`).join('');
}

/** It opens no table but those that its own configuration names, which that of transports is not. */
function proxymapLines(setups: readonly ServiceSetup[]): string[] {
  const values = setups.flatMap(({ config }) => Object.values(config));
  const tables = new Set(values.flatMap((value) => value.match(/proxy:[^\s,{}]+/g) ?? []));
  const names = [...tables].join(' ');
  return [
    `proxymap unix - - n - - proxymap -o { proxy_read_maps = ${names} }`,
    // One process alone may write to a database.
    `proxywrite unix - - n - 1 proxymap -o { proxy_write_maps = ${names} }`,
  ];
}

function transportLine(name: string, program: Service, { config, flags }: ServiceSetup): string {
  const keepsSessions = (config[`${program}_tls_session_cache_database`] ?? '') !== '';
  const own = {
    ...(keepsSessions && { tlsmgr_service_name: SESSION_KEEPER }),
    syslog_name: `postfix/${name}`,
  };
  const options = Object.entries({ ...config, ...own }).map(
    ([parameter, value]) => ` -o { ${parameter} = ${value} }`,
  );
  // The agent reads its options first, then its attributes.
  return `${name} unix - - n - ${PROCESS_LIMIT} ${program}${options.join('')}${flags && ` flags=${flags}`}`;
}

/** Every release has these for each of its transports; the queue manager reads them, and that is us. */
const OF_ANY_TRANSPORT = /^(?:smtp|lmtp)_destination_(?:recipient|concurrency)_limit$/;

/** Why a parameter cannot be given to a transport, or undefined. */
export function obstacleToParameter(
  name: string,
  value: string,
  known: ReadonlySet<string>,
): string | undefined {
  if (!known.has(name) && !OF_ANY_TRANSPORT.test(name)) return `this version has no parameter ${name}`;
  let depth = 0;
  for (const character of value) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0 || character === '\n') break;
  }
  return depth === 0 && !value.includes('\n') ? undefined : `the value of ${name} cannot stand in master.cf`;
}

/** The same for equal sets, whatever the order of their names. */
export function setupKey({ config, flags }: ServiceSetup): string {
  return JSON.stringify([flags, ...Object.entries(config).sort(([a], [b]) => (a < b ? -1 : Number(a > b)))]);
}
