// What a run has made in the account, newest last, and how each is taken away again; what stays is told by name.

/** One thing that was made. */
export type Made = {
  /** In words, e.g. `trusted token issuer`. */
  what: string;
  /** ARN, id or name. */
  id: string;
  /** Takes it away. @throws when it cannot */
  remove(): Promise<void>;
};

/** What could not be removed, and why. */
export type LeftBehind = { what: string; id: string; why: string };

/** Everything made so far. */
export type UndoList = {
  add(made: Made): void;
  /** A place to go back to. */
  mark(): number;
  /**
   * Removes what was made since the mark, newest first. Nothing stops it; what stays is remembered.
   * @returns all that could not be removed since the run began
   */
  undo(mark: number): Promise<readonly LeftBehind[]>;
};

/** @param say told of what is removed */
export function createUndoList(say: (text: string) => void): UndoList {
  const made: Made[] = [];
  const left: LeftBehind[] = [];
  return {
    add: (each) => {
      made.push(each);
    },
    mark: () => made.length,
    async undo(mark) {
      while (made.length > mark) {
        const each = made.pop();
        if (each === undefined) break;
        const { what, id } = each;
        try {
          await each.remove();
          say(`  removed ${what} ${id}`);
        } catch (error) {
          const why = error instanceof Error ? error.message : "unknown";
          left.push({ what, id, why });
          say(`  NOT removed: ${what} ${id}: ${why}`);
        }
      }
      return left;
    },
  };
}
