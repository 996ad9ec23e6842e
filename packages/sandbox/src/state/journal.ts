// The journal beside a state file: one line a change since the file was written, on disk before the change is acknowledged.
// A line that was cut off by a kill was acknowledged to nobody, and is left out.
import { SandboxSetupError } from "../ground/errors.ts";
import { openOwnFile, openOwnFileIfAny } from "./own_file.ts";
import { stateUnreadable } from "./state_faults.ts";

/** An open journal. One writer at a time: who calls waits for the call before. */
export type Journal = {
  /** Bytes that are written. */
  size(): number;
  /** Writes lines and waits until they are on disk. After a failure the same place is written anew. */
  append(lines: readonly string[]): Promise<void>;
  /** Empties it; from now on it belongs to the state file with this id. */
  begin(stateId: string): Promise<void>;
  close(): Promise<void>;
};

/** @param path of the state file; the journal is beside it */
export async function openJournal(path: string): Promise<Journal> {
  // Not emptied: until the state file was written anew, its lines are all there is.
  const file = await openOwnFile(journalPath(path));
  let size = 0;
  const write = async (text: string, at: number) => {
    const bytes = Buffer.from(text);
    // Whatever an earlier attempt, or the journal of before, left there must not be read as lines of this one.
    await file.truncate(at);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
    await file.datasync();
    size = at + bytes.length;
  };
  return {
    size: () => size,
    append: (lines) => (lines.length === 0 ? Promise.resolve() : write(`${lines.join("\n")}\n`, size)),
    begin: (stateId) => write(`${JSON.stringify({ format: 1, state: stateId })}\n`, 0),
    close: () => file.close(),
  };
}

/**
 * Reads what a journal holds beyond its state file.
 *
 * @param path of the state file
 * @param stateId which state file it must belong to; one of another is what a compaction left, and holds nothing new
 * @returns its lines, parsed
 * @throws SandboxSetupError `SANDBOX_STATE_INVALID` when a line in its middle is damaged; `SANDBOX_STATE_UNSAFE` when it
 * is not this user's own file
 */
export async function readJournal(path: string, stateId: string | undefined): Promise<unknown[]> {
  const text = await readOwnText(journalPath(path)).catch((error: unknown) => {
    throw stateUnreadable(journalPath(path), error);
  });
  // What stands after the last line end was cut off.
  const lines = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  const [head, ...changes] = lines;
  if (head === undefined || stateId === undefined) return [];
  if ((parse(head) as { state?: unknown } | undefined)?.state !== stateId) return [];
  return changes.map((line, position) => {
    const change = parse(line);
    if (Array.isArray(change)) return change;
    throw new SandboxSetupError(
      "SANDBOX_STATE_INVALID",
      `Line ${position + 2} of ${journalPath(path)} is damaged. Restore it and ${path} from a backup, or move both away to begin anew.`,
    );
  });
}

function journalPath(path: string): string {
  return `${path}.journal`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** @returns empty when there is none */
async function readOwnText(path: string): Promise<string> {
  const file = await openOwnFileIfAny(path);
  return file === undefined ? "" : file.readFile("utf8").finally(() => file.close());
}
