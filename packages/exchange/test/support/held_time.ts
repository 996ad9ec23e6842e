// Time that stands still until a test lets it pass: what is waited for is counted, however slow the machine is.

import { mock, type TestContext } from "node:test";

/** Limits that no machine is too slow for; a test lets them pass. */
export const patience = { deadlineSeconds: 3000, attemptTimeoutSeconds: 3600 } as const;

export interface HeldTime {
  /** Waits for something that happens by itself: a call that arrives, a function that is asked. */
  until(happened: () => boolean): Promise<void>;
  /** Lets everything happen that waits for no timer and no answer. */
  settle(): Promise<void>;
  /** Timers of this length, and shorter ones, are over. */
  pass(seconds: number): void;
}

/** Holds every timer of the process that is set from now on, until the test ends. */
export function holdTime(t: TestContext): HeldTime {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    async until(happened) {
      while (!happened()) await turn();
    },
    async settle() {
      for (let count = 0; count < 50; count += 1) await turn();
    },
    pass: (seconds) => mock.timers.tick(seconds * 1000),
  };
}
