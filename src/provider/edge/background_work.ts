// Owns work that goes on after an answer was given, so that a stopping instance lets it end.

/** Work under way. */
export interface BackgroundWork {
  /** Takes work that never rejects and whose time is bounded by itself. */
  add(work: Promise<void>): void;
  /** Waits until everything that was taken has ended. */
  ended(): Promise<void>;
}

/** Keeps work under way. */
export function createBackgroundWork(): BackgroundWork {
  const underWay = new Set<Promise<void>>();
  return {
    add(work) {
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },
    async ended() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
