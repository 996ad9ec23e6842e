// Owns asking together what callers ask at the same time: while a batch is under way, the next one collects.
// Nobody waits for company, so one caller alone is as fast as without; many share statements and commits. Nobody
// waits for a batch that hangs either: after a moment the next one goes beside it.
import { StoreUnavailable } from "./store_fault.ts";

/** How batches are made. */
export interface BatchOptions<Item, Answer> {
  /** Asks for all; the answers are in the order of the items. */
  run(items: readonly Item[]): Promise<readonly Answer[]>;
  /** Items of one key are never asked together. */
  keyOf?(item: Item): string;
  /** Most items of a batch. */
  mostItems: number;
  /** Most batches under way at once, those aside that are overdue. */
  mostBatches: number;
  /** After how many milliseconds a batch is overdue, and holds nobody up any more (250 by default). */
  overdueMs?: number;
}

interface Waiting<Item, Answer> {
  item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

const defaultOverdueMs = 250;

/**
 * Makes a function that asks for one item, together with whatever else is asked meanwhile. If a batch fails, each
 * of its items is asked for alone, so that one caller's fault is no other's; not so where the store is to blame,
 * for then each would wait for it in turn.
 */
export function createBatcher<Item, Answer>(
  options: BatchOptions<Item, Answer>,
): (item: Item) => Promise<Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let underWay = 0;

  function take(): Waiting<Item, Answer>[] {
    const keys = new Set<string>();
    const batch: Waiting<Item, Answer>[] = [];
    const left: Waiting<Item, Answer>[] = [];
    for (const one of waiting) {
      const key = options.keyOf?.(one.item);
      if (batch.length >= options.mostItems || (key !== undefined && keys.has(key))) {
        left.push(one);
        continue;
      }
      if (key !== undefined) keys.add(key);
      batch.push(one);
    }
    waiting = left;
    return batch;
  }

  /** @returns the store's trouble, if that is why it failed */
  async function run(batch: readonly Waiting<Item, Answer>[]): Promise<StoreUnavailable | undefined> {
    try {
      const answers = await options.run(batch.map(({ item }) => item));
      if (answers.length !== batch.length) throw new Error("a batch must answer every item");
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer);
      return undefined;
    } catch (error) {
      if (batch.length > 1 && !(error instanceof StoreUnavailable)) return oneByOne(batch);
      for (const one of batch) one.reject(error);
      return error instanceof StoreUnavailable ? error : undefined;
    }
  }

  async function oneByOne(batch: readonly Waiting<Item, Answer>[]): Promise<StoreUnavailable | undefined> {
    let trouble: StoreUnavailable | undefined;
    for (const one of batch) {
      if (trouble === undefined) trouble = await run([one]);
      else one.reject(trouble);
    }
    return trouble;
  }

  function begin(): void {
    while (waiting.length > 0 && underWay < options.mostBatches) {
      underWay += 1;
      let counted = true;
      const leave = () => {
        if (!counted) return;
        counted = false;
        underWay -= 1;
        begin();
      };
      const overdue = setTimeout(leave, options.overdueMs ?? defaultOverdueMs);
      void run(take()).then(() => {
        clearTimeout(overdue);
        leave();
      });
    }
  }

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      begin();
    });
}
