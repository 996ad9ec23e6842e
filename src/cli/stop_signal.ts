// Owns waiting for the operator or the supervisor to stop a running command, and ending in bounds once they do.

/**
 * A signal that is aborted by the first SIGINT or SIGTERM. A second one ends the process at once, as without us.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
    controller.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  return controller.signal;
}

/** Resolves once a signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Resolves at the first SIGINT or SIGTERM. */
export function untilStopped(): Promise<void> {
  return aborted(stopSignal());
}

/**
 * Waits for an end, but not for ever: a database that does not answer must not keep a process from ending.
 * @returns whether it came in time
 */
export async function endsWithin(limitMs: number, end: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([end.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
