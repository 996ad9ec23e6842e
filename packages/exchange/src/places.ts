// A number of places, taken and given back, first come, first served; who waits, waits under a deadline.

import type { Deadline } from "./deadline.ts";

export class Places {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Takes a place when there is one.
   *
   * @param ahead before all who wait: for somebody who has lent a place out
   * @returns gives the place back; calling it again does nothing
   * @throws the deadline's reason
   */
  async take(deadline: Deadline, ahead = false): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(deadline, ahead);
    let taken = true;
    return () => {
      if (taken) this.#giveBack();
      taken = false;
    };
  }

  async #wait(deadline: Deadline, ahead: boolean): Promise<void> {
    let admitted = false;
    const { promise: turn, resolve } = Promise.withResolvers<void>();
    const admit = () => {
      admitted = true;
      resolve();
    };
    if (ahead) this.#queue.unshift(admit);
    else this.#queue.push(admit);
    try {
      await deadline.race(turn);
      // A process that was too busy to notice the end must not begin anything new.
      deadline.assertTimeLeft();
    } catch (error) {
      const index = this.#queue.indexOf(admit);
      if (index >= 0) this.#queue.splice(index, 1);
      // The turn came in the same moment; it belongs to the next.
      else if (admitted) this.#giveBack();
      throw error;
    }
  }

  #giveBack(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
