/** Paths of tables and local sockets, as programs of Postfix see them: those work in the queue directory (`queue_directory`). */
import type { Platform } from './platform.ts';

/** The same platform, on which paths that do not begin with a slash start from this directory. */
export function startingFrom(directory: string, platform: Platform): Platform {
  const { files, network } = platform;
  const placed = (path: string) => (path.startsWith('/') ? path : `${directory}/${path}`);
  return {
    ...platform,
    files: {
      read: (path, maxBytes) => files.read(placed(path), maxBytes),
      replace: (path, bytes) => files.replace(placed(path), bytes),
      list: (path) => files.list(placed(path)),
      ageMs: (path) => files.ageMs(placed(path)),
      openDatabase: (path) => files.openDatabase(placed(path)),
    },
    network: {
      connectTcp: (target, signal) => network.connectTcp(target, signal),
      connectUnix: (path, signal) => network.connectUnix(placed(path), signal),
      openUdp: (localAddress) => network.openUdp(localAddress),
      ownAddresses: () => network.ownAddresses(),
    },
  };
}
