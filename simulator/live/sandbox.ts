/**
 * The sandbox of the live world: a process in a network of its own, where every address of a scenario is this
 * machine, port 25 is free, names are what our scripted DNS says, and nothing outside can be reached.
 *
 * It is made of Linux namespaces (network, mounts, processes) by util-linux's `unshare`, as root or, where the
 * kernel lets users make namespaces, as anybody. Nothing of it outlives its first process: sockets, mounts, routes
 * and whatever daemons were started end with the namespace, also if this process is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where the sandbox's own files are: a tmpfs that only it sees. */
export const SANDBOX_FOLDER = '/run/nexthop';

/** The name server that the sandbox's resolver configuration names. */
export const SANDBOX_NAME_SERVER = { address: '127.0.0.1', port: 53 } as const;

/** Read by the system's resolver inside; written anew for each scenario that needs names there. */
export const SANDBOX_HOSTS_FILE = `${SANDBOX_FOLDER}/hosts`;

/** No namespace can be had; one line that says why and how to get one. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

const PROGRAMS = ['setpriv', 'unshare', 'ip', 'mount', 'sh'] as const;

/** How far the sandbox reaches: who may be who inside. */
export type Privilege =
  /** Started by root, or with a range of subordinate ids: daemons may change to their own users. */
  | 'full'
  /** One user id only: programs that do not change users. */
  | 'single-user';

export interface SandboxPlan {
  readonly privilege: Privilege;
  readonly unshare: readonly string[];
}

/** Finds out how a sandbox can be had here. Rejects with SandboxError. */
export async function planSandbox(): Promise<SandboxPlan> {
  if (process.platform !== 'linux') {
    throw new SandboxError(
      'the live world needs Linux namespaces; run it on Linux, in a virtual machine or a container',
    );
  }
  for (const program of PROGRAMS) {
    if (!(await inPath(program))) {
      throw new SandboxError(
        `the live world needs the program ${program}; install the packages util-linux and iproute2`,
      );
    }
  }
  const attempts =
    process.getuid?.() === 0 ? [ROOT] : [...((await hasSubordinateIds()) ? [SUBORDINATE] : []), SINGLE];
  let last = '';
  for (const plan of attempts) {
    const refusal = await refusalOf(plan);
    if (refusal === undefined) return plan;
    last = refusal;
  }
  throw new SandboxError(
    `no network namespace can be had here (${last}); run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces)`,
  );
}

const NAMESPACES = [
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--propagation',
  'private',
];
const ROOT: SandboxPlan = { privilege: 'full', unshare: NAMESPACES };
const SUBORDINATE: SandboxPlan = {
  privilege: 'full',
  unshare: ['--map-root-user', '--map-users=auto', '--map-groups=auto', ...NAMESPACES],
};
const SINGLE: SandboxPlan = { privilege: 'single-user', unshare: ['--map-root-user', ...NAMESPACES] };

/**
 * Starts a program inside a sandbox of its own, with an IPC channel (`process.send` on both sides). It is killed with
 * everything it started when this process ends, in whatever way.
 */
export function spawnInSandbox(plan: SandboxPlan, command: readonly string[]): ChildProcess {
  // Every program in this chain replaces itself or passes on descriptors, so the IPC channel reaches the last one.
  return spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...plan.unshare, 'sh', '-c', SETUP, 'sh', ...command],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: environment() },
  );
}

/**
 * Addresses that hosts of scenarios have (RFC 5737, RFC 3849) are local, whether anybody listens there or not. Above
 * 203.0.113.63 there are addresses that this machine does not have, for scenarios that want one; IPv6 knows no such
 * difference, since listening at an address of a local route takes `ip_nonlocal_bind`. The resolver keeps its default time limits, those of our own.
 * The shell stays as the first process: it collects the daemons that lose their parents.
 */
const SETUP = `
set -e
ip link set lo up
for network in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/26; do ip route add local $network dev lo; done
ip address add 198.51.100.25/32 dev lo
if [ -e /proc/sys/net/ipv6 ]; then
  echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind
  ip -6 address add 2001:db8:c::25/128 dev lo nodad
  ip -6 route add local 2001:db8::/64 dev lo
fi
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
resolver=$(readlink -f /etc/resolv.conf || echo /etc/resolv.conf)
mount -t tmpfs -o mode=755 tmpfs /run
mkdir ${SANDBOX_FOLDER}
chmod 755 ${SANDBOX_FOLDER}
printf 'nameserver ${SANDBOX_NAME_SERVER.address}\\noptions trust-ad edns0\\n' > ${SANDBOX_FOLDER}/resolv.conf
printf '127.0.0.1 localhost\\n::1 localhost\\n' > ${SANDBOX_HOSTS_FILE}
case $resolver in
  /run/*) mkdir -p "\${resolver%/*}"; cp ${SANDBOX_FOLDER}/resolv.conf "$resolver" ;;
  *) mount --bind ${SANDBOX_FOLDER}/resolv.conf "$resolver" ;;
esac
mount --bind ${SANDBOX_HOSTS_FILE} /etc/hosts
set +e
"$@"
exit $?
`;

const PROBE_LIMIT_MS = 10_000;

/** Tries it: why it does not work, or undefined. */
function refusalOf(plan: SandboxPlan): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('unshare', [...plan.unshare, 'sh', '-c', SETUP, 'sh', 'true'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: environment(),
      timeout: PROBE_LIMIT_MS,
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = `${errors}${chunk.toString()}`.slice(0, 1000);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => {
      resolve(code === 0 ? undefined : (errors.trim().split('\n')[0] ?? '') || `exit status ${code}`);
    });
  });
}

/** Where users' own paths end, programs of administrators begin. */
function programFolders(): readonly string[] {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: programFolders().join(delimiter) };
}

async function inPath(program: string): Promise<boolean> {
  const folders = programFolders();
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** A range in /etc/subuid, and the set-uid helpers that use it. */
async function hasSubordinateIds(): Promise<boolean> {
  const { username, uid } = userInfo();
  const text = await readFile('/etc/subuid', 'utf8').catch(() => '');
  const listed = text
    .split('\n')
    .some((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
  return listed && (await inPath('newuidmap'));
}
