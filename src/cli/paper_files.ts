// Owns writing papers into a folder: all of them or none, and never over a file that is not theirs without being told to.
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OperationError } from "../errors.ts";
import type { PaperFile } from "../onboarding/papers/paper_file.ts";
import type { Terminal } from "./terminal.ts";

/** Options of every command that makes papers. */
export const paperOptions = { out: { type: "string" }, replace: { type: "boolean" } } as const;

/** What became of each file. */
export interface WrittenPapers {
  written: string[];
  /** It was there, letter by letter. */
  unchanged: string[];
  /** It was there, and other. */
  replaced: string[];
}

/**
 * Writes papers. They are made beside their places first, and moved there together; if one cannot be, those before it go
 * back.
 * @param folder made if it is not there
 * @param replace whether a file that is there and differs gives way
 * @throws OperationError invalid_input naming the files that stand in the way, or why nothing can be written
 */
export function writePapers(folder: string, files: readonly PaperFile[], replace: boolean): WrittenPapers {
  try {
    const told: WrittenPapers = { written: [], unchanged: [], replaced: [] };
    for (const { path, content } of files) {
      const state = stateOf(folder, path, content);
      told[state === "absent" ? "written" : state === "same" ? "unchanged" : "replaced"].push(path);
    }
    if (told.replaced.length > 0 && !replace) throw inTheWay(told.replaced);
    moveAll(
      folder,
      files.filter(({ path }) => !told.unchanged.includes(path)),
    );
    return told;
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new OperationError(
      "invalid_input",
      `--out cannot be written (${String(Reflect.get(error, "code"))}); nothing was.`,
      {
        field: "--out",
        fix: "Name a folder that you may write, or one that is not there yet.",
        cause: error,
      },
    );
  }
}

/** Tells what was written: the document for programs, a line a file for people. */
export function tellWritten(terminal: Terminal, folder: string, told: WrittenPapers, more: object): void {
  terminal.result({ folder, ...told, ...more }, writtenText(folder, told));
}

/** A line a file. */
export function writtenText(folder: string, told: WrittenPapers): string {
  const lines = (["written", "replaced", "unchanged"] as const).flatMap((what) =>
    told[what].map((path) => `${what.padEnd(10)}${join(folder, path)}`),
  );
  return lines.join("\n");
}

type State = "absent" | "same" | "other";

// A link may lead anywhere: what is not a plain file in a plain folder is not ours.
function stateOf(folder: string, path: string, content: string): State {
  const parts = path.split("/");
  for (const depth of parts.keys()) {
    const at = join(folder, ...parts.slice(0, depth + 1));
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) return "absent";
    const isLast = depth === parts.length - 1;
    if (isLast ? !found.isFile() : !found.isDirectory()) return "other";
    if (isLast) return readFileSync(at, "utf8") === content ? "same" : "other";
  }
  return "absent";
}

function moveAll(folder: string, files: readonly PaperFile[]): void {
  if (files.length === 0) return;
  const madeFolder = mkdirSync(folder, { recursive: true });
  const stage = mkdtempSync(join(folder, ".tti-papers-"));
  const undo: (() => void)[] = [];
  try {
    files.forEach(({ content, executable }, at) => {
      writeFileSync(join(stage, `new-${at}`), content, { flag: "wx", mode: executable ? 0o755 : 0o644 });
    });
    files.forEach(({ path }, at) => {
      const target = join(folder, path);
      const made = mkdirSync(dirname(target), { recursive: true });
      if (made !== undefined) undo.push(() => rmSync(made, { recursive: true }));
      const kept = join(stage, `old-${at}`);
      if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
        renameSync(target, kept);
        undo.push(() => renameSync(kept, target));
      }
      renameSync(join(stage, `new-${at}`), target);
      undo.push(() => rmSync(target));
    });
  } catch (error) {
    for (const takeBack of undo.reverse()) takeBack();
    rmSync(madeFolder ?? stage, { recursive: true, force: true });
    throw error;
  }
  rmSync(stage, { recursive: true, force: true });
}

function inTheWay(paths: readonly string[]): OperationError {
  const several = paths.length > 1;
  return new OperationError(
    "invalid_input",
    `--out has ${several ? "files" : "a file"} that ${several ? "are" : "is"} not these papers: ${paths.join(", ")}. Nothing was written.`,
    { field: "--out", fix: "Name another folder, or say --replace if they may go." },
  );
}
