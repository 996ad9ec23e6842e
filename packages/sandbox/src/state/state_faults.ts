// What is said when a state file cannot be read, written or understood: each cause has its own way out, and none of them
// is to delete a file that may not be the sandbox's.
import { dirname } from "node:path";
import { SandboxSetupError } from "../ground/errors.ts";

/** The format this version reads and writes. */
export const STATE_FORMAT = 1;

/** Causes of a write that fails, as errno names them, and what to do about each. */
const UNWRITABLE: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full (ENOSPC). Free space on it, or name a file on another disk",
  EDQUOT: "the disk quota is used up (EDQUOT). Free space, or name a file on another disk",
  EROFS: "the file system is read-only (EROFS). Mount it writable, or name a file elsewhere",
  EACCES: "this user may not write there (EACCES). Give it the right to, or name a file elsewhere",
  EPERM: "this user may not write there (EPERM). Give it the right to, or name a file elsewhere",
  EISDIR: "a folder stands where it, its journal or its lock belongs (EISDIR). Name another file",
};

/**
 * @param path of the state file
 * @param cause what the file system threw; an error that is explained already is given back
 * @returns `SANDBOX_STATE_UNWRITABLE` with the cause and its fix, in the caller's words
 */
export function stateUnwritable(path: string, cause: unknown): SandboxSetupError {
  if (cause instanceof SandboxSetupError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "no code";
  const text =
    code === "ENOENT" || code === "ENOTDIR"
      ? `The folder ${dirname(path)} of the state file does not exist. Make it first, or name another file.`
      : `The state file ${path} cannot be written: ${UNWRITABLE[code] ?? `${code}. Name another file`}.`;
  return new SandboxSetupError("SANDBOX_STATE_UNWRITABLE", text, { cause });
}

/**
 * @param path of the state file or its journal
 * @param cause what the file system threw; an error that is explained already is given back
 * @returns `SANDBOX_STATE_UNREADABLE` with the cause and its fix
 */
export function stateUnreadable(path: string, cause: unknown): SandboxSetupError {
  if (cause instanceof SandboxSetupError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "no code";
  const why =
    code === "EISDIR"
      ? "it is a folder (EISDIR). Name a file in it"
      : code === "EACCES" || code === "EPERM"
        ? `this user may not read it (${code}). Give it the right to, or name another file`
        : `${code}. Name another file`;
  return new SandboxSetupError("SANDBOX_STATE_UNREADABLE", `The state file ${path} cannot be read: ${why}.`, {
    cause,
  });
}

/** What to do when a file was the sandbox's and is damaged. */
const RESTORE = (path: string): string =>
  `Restore it and ${path}.journal from a backup, or move both away to begin anew`;

/**
 * @param path of the state file, or of what stands in its place
 * @param text what it holds
 * @returns `SANDBOX_STATE_INVALID` that tells an empty file, a damaged one, a newer version's, a seed and a stranger's apart
 */
export function stateInvalid(path: string, text: string): SandboxSetupError {
  return new SandboxSetupError("SANDBOX_STATE_INVALID", `${path} ${whatItIs(path, text)}.`);
}

/**
 * @param path of the state file
 * @param what is wrong in it, or in its journal
 * @param cause what was thrown, if anything was
 * @returns `SANDBOX_STATE_INVALID`: a newer version wrote it, or it is damaged
 */
export function stateDamaged(path: string, what: string, cause?: unknown): SandboxSetupError {
  return new SandboxSetupError(
    "SANDBOX_STATE_INVALID",
    `The state of ${path} cannot be taken: ${what}. If a newer tti-sandbox wrote it, update. ${RESTORE(path)}.`,
    { cause },
  );
}

function whatItIs(path: string, text: string): string {
  if (text.trim() === "") return `is empty. ${RESTORE(path)}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return `is no state file, or was cut off or damaged: it is not JSON. ${RESTORE(path)}; if it is another program's, name another file`;
  }
  const { format, world, accounts } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof format === "number" && format > STATE_FORMAT) {
    return `was written by a newer sandbox (format ${format}; this one reads ${STATE_FORMAT}). Update tti-sandbox, or name another file`;
  }
  if (Array.isArray(accounts) && world === undefined) {
    return "is a seed, and no state file. Give it after --seed (option seed), and name another file after --state (statePath)";
  }
  if (format !== STATE_FORMAT || world === undefined) return "is no state file. Name another file";
  return `is a state file that lacks a part. ${RESTORE(path)}`;
}
