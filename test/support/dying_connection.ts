// Owns a process, or a connection, that dies at a statement of the test's choice: what was begun is neither finished nor
// taken back by anybody but the store.
import type { Database } from "../../src/db/connect.ts";

type Ask = (...words: unknown[]) => unknown;
interface Raw {
  query?: Ask;
  prepare?: Ask;
  connection?: { stream: { destroy(): void } };
}

/** Calls back before each statement of a pool's connections, with how many there were and what cuts this one off. */
export function beforeStatements(db: Database, seen: (nth: number, cutOff: () => void) => void): void {
  const { client } = db as unknown as { client: { acquireRawConnection(): Promise<Raw> } };
  const acquire = client.acquireRawConnection.bind(client);
  let count = 0;
  client.acquireRawConnection = async () => {
    const raw = await acquire();
    const name = raw.prepare === undefined ? "query" : "prepare";
    const ask = (raw[name] as Ask).bind(raw);
    raw[name] = (...words) => {
      count += 1;
      seen(count, () => raw.connection?.stream.destroy());
      return ask(...words);
    };
    return raw;
  };
}

/** From its nth statement on, nothing of a pool reaches the store any more. @returns how many were asked so far */
export function dieAtStatement(db: Database, nth: number): () => number {
  let asked = 0;
  beforeStatements(db, (count, cutOff) => {
    asked = count;
    if (count < nth) return;
    cutOff();
    throw new Error(`dead at statement ${nth}`);
  });
  return () => asked;
}
