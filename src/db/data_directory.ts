// Owns making a directory for data that only its owner reads, and saying clearly why it cannot be made.
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { StoreUnavailable } from "./store_fault.ts";

/**
 * Makes a directory and those above it, readable by their owner alone. One that is there stays as it is.
 *
 * mkdir's own `recursive` never ends where the file system answers ENOENT for a parent that exists (/proc).
 *
 * @param path the directory
 * @param setting what names it, for the words of a failure
 * @throws StoreUnavailable naming the path at fault
 */
export function makeDataDirectory(path: string, setting = "TTI_DATA_DIR"): void {
  const wanted = resolve(path);
  const missing: string[] = [];
  for (let at = wanted; kindOf(at) === "missing"; at = dirname(at)) missing.unshift(at);
  const [first = wanted] = missing;
  const above = missing.length === 0 ? wanted : dirname(first);
  if (kindOf(above) === "other") {
    throw new StoreUnavailable(
      "disk_error",
      `${above} is no directory, so ${wanted} cannot be the data directory.`,
      `Set ${setting} to a directory you may write to.`,
    );
  }
  for (const each of missing) {
    try {
      mkdirSync(each, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new StoreUnavailable(
        "disk_error",
        `The directory ${each} cannot be made: ${wordsOf(error)}.`,
        `Set ${setting} to a directory you may write to.`,
        error,
      );
    }
  }
}

function kindOf(path: string): "directory" | "other" | "missing" {
  try {
    return statSync(path).isDirectory() ? "directory" : "other";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "missing";
    throw new StoreUnavailable(
      "disk_error",
      `${path} cannot be looked at: ${wordsOf(error)}.`,
      "Check the rights on the directories above it.",
      error,
    );
  }
}

const words: Readonly<Record<string, string>> = {
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ENOENT: "the file system takes no directories there",
};

function wordsOf(error: unknown): string {
  const { code = "unknown", message } = error as NodeJS.ErrnoException;
  return words[code] ?? message;
}
