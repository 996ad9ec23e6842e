// Owns what one network may have under way of what programs ask, before anything is done for it, and how refusals are given: so
// many at a time, that whoever repeats at once what was refused waits for the answer and costs us next to nothing.

/** How many refusals are given at a time, and how long after the last; milliseconds. */
export const refusalPace = { atATime: 8, everyMs: 25 } as const;
/** How many of one network begin in one turn of the event loop: what takes one turn must not be in the way of what takes several. */
export const beginInTurn = 4;
/** How many refusals are held: the last of them is given after three seconds. */
export const mostHeld = 1000;
// What is under way of a network that may have next to none waiting.
const leastOfNetwork = 32;
const mostTold = 5;

/** Gives refusals in the order they came, few at a time. */
export class HeldRefusals {
  #held: (() => void)[] = [];
  readonly #after: (run: () => void) => void;
  #awaited = false;
  #ended = false;

  /** @param after has something run later: after {@link refusalPace}, unless a test says otherwise */
  constructor(after: (run: () => void) => void = (run) => void setTimeout(run, refusalPace.everyMs).unref()) {
    this.#after = after;
  }

  /**
   * Waits until a refusal may be given.
   * @returns undefined where too many are held: whoever is refused then gets no answer, but the end of the connection
   */
  turn(): Promise<void> | undefined {
    if (this.#ended) return Promise.resolve();
    if (this.#held.length >= mostHeld) return undefined;
    return new Promise((resolve) => {
      this.#held.push(resolve);
      this.#await();
    });
  }

  /** Gives all of them now, and from now on each at once: the instance stops, and waits for who waits here. */
  giveAll(): void {
    this.#ended = true;
    const held = this.#held;
    this.#held = [];
    for (const give of held) give();
  }

  #await(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    this.#after(() => {
      this.#awaited = false;
      for (const give of this.#held.splice(0, refusalPace.atATime)) give();
      if (this.#held.length > 0) this.#await();
    });
  }
}

/** Lets requests begin, few of one network in each turn of the event loop. */
export class Turnstile {
  readonly #nextTurn: (run: () => void) => void;
  readonly #begun = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #awaited = false;

  /** @param nextTurn has something run in the next turn of the event loop */
  constructor(nextTurn: (run: () => void) => void = (run) => void setImmediate(run)) {
    this.#nextTurn = nextTurn;
  }

  /** Waits for the turn in which one more of the network may begin. */
  async pass(network: string): Promise<void> {
    this.#await();
    const begun = this.#begun.get(network) ?? 0;
    const waiting = this.#waiting.get(network);
    if (waiting === undefined && begun < beginInTurn) {
      this.#begun.set(network, begun + 1);
      return;
    }
    await new Promise<void>((resolve) => {
      if (waiting === undefined) this.#waiting.set(network, [resolve]);
      else waiting.push(resolve);
    });
  }

  #await(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    this.#nextTurn(() => {
      this.#awaited = false;
      this.#begun.clear();
      for (const [network, waiting] of this.#waiting) {
        const begin = waiting.splice(0, beginInTurn);
        this.#begun.set(network, begin.length);
        if (waiting.length === 0) this.#waiting.delete(network);
        for (const one of begin) one();
      }
      if (this.#begun.size > 0) this.#await();
    });
  }
}

/** Counts which networks are refused. */
export class RefusedNetworks {
  #counts = new Map<string, number>();

  count(network: string): void {
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
  }

  /** Those that were refused most since it was asked last, and how often. */
  take(): { network: string; turnedAway: number }[] {
    const all = [...this.#counts].map(([network, turnedAway]) => ({ network, turnedAway }));
    this.#counts = new Map();
    return all.sort((one, other) => other.turnedAway - one.turnedAway).slice(0, mostTold);
  }
}

/** The door of a queue: counts what each network has under way. */
export class Door {
  readonly #most: number;
  readonly #underWay = new Map<string, number>();
  /** Whom it kept out. */
  readonly refused = new RefusedNetworks();

  /** A quarter of those who may wait are of one network at most, besides those that run. */
  constructor(bounds: { places: number; mostOfShare?: number | undefined; mostWaiting: number }) {
    const running = Math.min(bounds.places, bounds.mostOfShare ?? bounds.places);
    this.#most = Math.max(leastOfNetwork, running + Math.floor(bounds.mostWaiting / 4));
  }

  /** @returns to be called once it is over; undefined where the network has as much under way as it may */
  enter(network: string): (() => void) | undefined {
    const count = this.#underWay.get(network) ?? 0;
    if (count >= this.#most) {
      this.refused.count(network);
      return undefined;
    }
    this.#underWay.set(network, count + 1);
    return () => {
      const left = (this.#underWay.get(network) ?? 1) - 1;
      if (left > 0) this.#underWay.set(network, left);
      else this.#underWay.delete(network);
    };
  }
}
