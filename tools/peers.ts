/**
 * `npm run peers`: fetches the mail systems that take part in the live world into `.peers/`, each unpacked into a
 * folder of its own, since as installed packages they exclude each other. One line for each peer.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PEERS_FOLDER, PEERS_INDEX, type PeerEntry, readPeers } from '../scenarios/senders/peers.ts';
import {
  debianPackages,
  exists,
  libraryFolders,
  missingLibraries,
  type PackageSource,
} from './debian-packages.ts';

/** Types of lookup tables that Debian's Postfix has from packages of their own. */
const POSTFIX_PLUG_INS = ['pcre', 'lmdb', 'cdb', 'sqlite'];

interface Peer {
  readonly name: string;
  readonly packages: readonly string[];
  /** Below the peer's folder: what must run, or be loaded. */
  readonly programs: readonly string[];
}

const PEERS: readonly Peer[] = [
  {
    name: 'postfix',
    // Cyrus SASL has its mechanisms from a package of their own.
    packages: ['postfix', ...POSTFIX_PLUG_INS.map((type) => `postfix-${type}`), 'libsasl2-modules'],
    programs: [
      'usr/sbin/postfix',
      'usr/lib/postfix/sbin/master',
      'usr/lib/postfix/sbin/smtp',
      ...POSTFIX_PLUG_INS.map((type) => `usr/lib/postfix/postfix-${type}.so`),
    ],
  },
  { name: 'exim', packages: ['exim4-daemon-light', 'exim4-base'], programs: ['usr/sbin/exim4'] },
  { name: 'opensmtpd', packages: ['opensmtpd', 'libfaketime'], programs: ['usr/sbin/smtpd'] },
  { name: 'msmtp', packages: ['msmtp'], programs: ['usr/bin/msmtp'] },
  {
    name: 'dovecot',
    packages: ['dovecot-core', 'dovecot-lmtpd'],
    programs: ['usr/sbin/dovecot', 'usr/lib/dovecot/lmtp', 'usr/lib/dovecot/auth'],
  },
  {
    name: 'aiosmtpd',
    packages: ['python3-aiosmtpd', 'python3-public', 'python3-attr', 'python3-typing-extensions'],
    // Python modules, which no linker has to be asked about.
    programs: [],
  },
];

const oneLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(-1).join('');

async function main(): Promise<void> {
  const known = { ...(await readPeers()) };
  const absent: Peer[] = [];
  for (const peer of PEERS) {
    const entry = known[peer.name];
    if (entry !== undefined && (await isComplete(peer, entry))) report(peer, entry);
    else absent.push(peer);
  }
  if (absent.length === 0) return;
  const packages = await debianPackages(join(PEERS_FOLDER, 'apt'), 'libc6').catch((error: unknown) => {
    console.log(`no package lists: ${oneLine(error)}`);
  });
  if (packages === undefined) {
    const names = absent.map(({ name }) => name).join(', ');
    console.log(
      `peers are fetched as Debian packages (apt-get, dpkg-deb); here install these by hand: ${names}`,
    );
    return;
  }
  for (const peer of absent) {
    try {
      const entry = await fetchPeer(peer, packages);
      known[peer.name] = entry;
      await store(known);
      report(peer, entry);
    } catch (error) {
      console.log(`${peer.name}: not fetched: ${oneLine(error)}`);
    }
  }
}

function report({ name }: Peer, { version }: PeerEntry): void {
  console.log(`${name} ${version} in .peers/${name}`);
}

async function isComplete({ name, packages, programs }: Peer, entry: PeerEntry): Promise<boolean> {
  if (!packages.every((item) => entry.packages.includes(item))) return false;
  const found = await Promise.all(programs.map((program) => exists(join(PEERS_FOLDER, name, program))));
  return found.every(Boolean);
}

/** Unpacks beside the place and moves at the end: an interrupted run leaves nothing that looks complete. */
async function fetchPeer({ name, packages, programs }: Peer, source: PackageSource): Promise<PeerEntry> {
  const version = await source.versionOf(packages[0] ?? name);
  if (version === undefined) throw new Error(`no package ${packages[0]}`);
  const folder = join(PEERS_FOLDER, `${name}.new`);
  await rm(folder, { recursive: true, force: true });
  await source.unpack(packages, folder);
  const missing = async () => {
    const folders = (await libraryFolders(folder)).map((item) => join(folder, item));
    const lists = await Promise.all(
      programs.map((program) => missingLibraries(join(folder, program), folders)),
    );
    return [...new Set(lists.flat())];
  };
  const added = (await missing()).length > 0 ? await source.absentLibrariesOf(packages) : [];
  if (added.length > 0) await source.unpack(added, folder);
  const still = await missing();
  if (still.length > 0) throw new Error(`no package has ${still.join(', ')}`);
  const libraries = await libraryFolders(folder);
  await rm(join(PEERS_FOLDER, name), { recursive: true, force: true });
  await rename(folder, join(PEERS_FOLDER, name));
  return { version, packages: [...packages, ...added], libraries };
}

async function store(peers: Readonly<Record<string, PeerEntry>>): Promise<void> {
  await mkdir(PEERS_FOLDER, { recursive: true });
  await writeFile(`${PEERS_INDEX}.new`, `${JSON.stringify(peers, undefined, 2)}\n`);
  await rename(`${PEERS_INDEX}.new`, PEERS_INDEX);
}

await main();
