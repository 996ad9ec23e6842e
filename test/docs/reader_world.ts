// Owns what a reader's way through pages is: the commands of a page in their order, what they print compared with what the
// page shows, and what the reader does by hand between them.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { blocksOf, missingLine } from "./page_blocks.ts";
import { openReaderTerminal, type ReaderTerminal } from "./reader_terminal.ts";

/** A place in which pages are followed, one after the other, by one reader. */
export interface ReaderWorld {
  reader: ReaderTerminal;
  /**
   * Follows a page from its top to its end.
   * @param beforeLast what a test looks at before the last commands
   * @returns everything that was printed
   */
  follow(page: string, beforeLast?: () => Promise<unknown>): Promise<string>;
  close(): Promise<void>;
}

/** What a reader's world is made of. */
export interface WorldParts {
  environment: Readonly<Record<string, string>>;
  /** What readers replace by their own, the page's text → theirs; what is printed is read the other way round. */
  ownValues: ReadonlyMap<string, string>;
  /** What is done by hand, by its name in the page, with everything printed so far. */
  byHand: Readonly<Record<string, (printed: string, reader: ReaderTerminal) => Promise<unknown>>>;
  /** Hears of what each block printed. */
  onPrinted?(printed: string): void;
  /** Puts away what the world has beside its reader. */
  close?(): Promise<void>;
}

/** Opens a world. */
export function openReaderWorld(parts: WorldParts): ReaderWorld {
  const { ownValues, byHand } = parts;
  const reader = openReaderTerminal(parts.environment, ownValues);
  let all = "";
  return {
    reader,
    async follow(page, beforeLast) {
      const before = all.length;
      let printed = "";
      const blocks = blocksOf(page);
      const last = blocks.findLast(({ kind }) => kind === "run");
      for (const block of blocks) {
        if (block === last) await beforeLast?.();
        const where = `${page}:${block.line}`;
        if (block.kind === "run") {
          printed = asOnThePage(await reader.run(block), ownValues);
          all += `${printed}\n`;
          parts.onPrinted?.(printed);
        } else if (block.kind === "output") {
          const missing = missingLine(block.text, printed);
          assert.equal(missing, undefined, `${where}: this line was not printed; this was:\n${printed}`);
        } else if (block.kind === "by hand") {
          await (byHand[block.text] ?? assert.fail(`${where}: nobody knows how: ${block.text}`))(all, reader);
        }
      }
      return all.slice(before);
    },
    async close() {
      await reader.close();
      await parts.close?.();
    },
  };
}

function asOnThePage(printed: string, ownValues: ReadonlyMap<string, string>): string {
  let text = printed;
  for (const [theirs, own] of ownValues) text = text.replaceAll(own, theirs);
  return text;
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
