/** Real time for what others wrote - a file's top level, a check - which may never come to its end. */

/**
 * Settles as the work does, or rejects when the time is over or the signal asks to end. The timer also keeps the
 * process alive when nothing else is left to wait for.
 */
export async function within<T>(
  limitMs: number,
  what: string,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const interrupt = (): void => reject(new Error(`${what}: interrupted`));
  const timer = setTimeout(() => reject(new Error(`${what} took more than ${limitMs} ms`)), limitMs);
  signal?.addEventListener('abort', interrupt, { once: true });
  if (signal?.aborted === true) interrupt();
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  }
}
