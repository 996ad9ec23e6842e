// Owns waiting for the operator or the supervisor to stop a running command.

/**
 * Resolves at the first SIGINT or SIGTERM. A second one ends the process at once, as without us.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  });
}
