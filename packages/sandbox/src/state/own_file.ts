// Opens a file that holds secrets, where somebody else may have put one of that name first: this user's own, and no other.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { SandboxSetupError } from "../ground/errors.ts";

/** Windows has no such flags; there a link takes a right that users do not have. */
const NO_LINK = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens an existing file, or makes it, readable by this user alone. What it holds stays.
 *
 * @throws SandboxSetupError `SANDBOX_STATE_UNSAFE` for a link, what is no file, another user's, or one others may open
 */
export async function openOwnFile(path: string): Promise<FileHandle> {
  const found = await openOwnFileIfAny(path, constants.O_RDWR);
  return found ?? createOwnFile(path);
}

/** Makes a file that must not exist: a name somebody took is not followed. @throws Error `EEXIST` */
export async function createOwnFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NO_LINK, 0o600);
}

/**
 * @param access `O_RDONLY` or `O_RDWR`
 * @returns undefined when there is none
 * @throws SandboxSetupError `SANDBOX_STATE_UNSAFE`, as for {@link openOwnFile}
 */
export async function openOwnFileIfAny(
  path: string,
  access: number = constants.O_RDONLY,
): Promise<FileHandle | undefined> {
  const file = await open(path, access | NO_LINK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    // EMLINK: FreeBSD's word for the same.
    if (error.code === "ELOOP" || error.code === "EMLINK") throw unsafe(path, "is a symbolic link", MOVE);
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: "EISDIR" });
    if (!stat.isFile()) throw unsafe(path, "is no regular file", MOVE);
    if (stat.nlink > 1) throw unsafe(path, "has a second name (a hard link)", MOVE);
    const user = process.getuid?.();
    if (user === undefined) return file;
    if (stat.uid !== user)
      throw unsafe(
        path,
        `belongs to user ${stat.uid}, and the sandbox runs as ${user}`,
        `${MOVE}, or give it to user ${user} (chown) if it is yours`,
      );
    if ((stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(4, "0");
      throw unsafe(path, `may be opened by other users (mode ${mode})`, `If it is yours: chmod 600 ${path}`);
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

const MOVE = "Move it away, or name another state file";

function unsafe(path: string, what: string, fix: string): SandboxSetupError {
  return new SandboxSetupError(
    "SANDBOX_STATE_UNSAFE",
    `${path} ${what}; the sandbox writes secret keys into it. ${fix}.`,
  );
}
