/** Processes of delivery agents, which master(8) starts. */
import { readFileSync } from 'node:fs';

/** The transport that a process was started for (`-n NAME`); undefined when it is gone, or no agent. */
export function transportOf(processId: number): string | undefined {
  try {
    const words = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0');
    const option = words.indexOf('-n');
    return option < 0 ? undefined : words[option + 1];
  } catch {
    return undefined;
  }
}

export function endProcess(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL');
  } catch {
    // It was faster.
  }
}
