// One sandbox a state file: a lock file beside it, with who holds it. A holder that died leaves a lock that is taken over.
import { randomUUID } from "node:crypto";
import { open, readFile, rm, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { systemClock } from "../ground/clock.ts";
import { SandboxSetupError } from "../ground/errors.ts";

/** How often a holder shows that it lives, in milliseconds. */
const HEARTBEAT_MS = 5000;
/** A holder on another host that was silent for longer is taken for dead. */
const SILENCE_MS = 30_000;

type Holder = { pid: number; host: string; token: string };

/** A lock that is held. */
export type StateLock = {
  /** @throws SandboxSetupError `SANDBOX_STATE_LOCKED` when another sandbox took the lock meanwhile */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
};

/** Tokens of the locks this process holds: a pid alone does not tell a container from its predecessor. */
const held = new Set<string>();

/**
 * Takes the lock of a state file.
 *
 * @throws SandboxSetupError `SANDBOX_STATE_LOCKED` when a living sandbox holds it
 */
export async function lockState(path: string): Promise<StateLock> {
  const lockPath = `${path}.lock`;
  const mine: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  if (!(await create(lockPath, mine))) {
    const other = await read(lockPath);
    if (other !== undefined && (await isAlive(lockPath, other))) throw refuse(path, other);
    await rm(lockPath, { force: true });
    if (!(await create(lockPath, mine))) throw refuse(path, await read(lockPath));
  }
  held.add(mine.token);
  const heartbeat = setInterval(() => {
    const now = systemClock();
    // A lock that is gone is told by the next save.
    utimes(lockPath, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const isMine = async () => (await read(lockPath))?.token === mine.token;
  return {
    async assertHeld() {
      if (!(await isMine())) throw refuse(path, await read(lockPath));
    },
    async release() {
      clearInterval(heartbeat);
      held.delete(mine.token);
      if (await isMine()) await rm(lockPath, { force: true });
    },
  };
}

async function create(lockPath: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(lockPath, "wx", 0o600);
    try {
      await file.writeFile(JSON.stringify(holder)).finally(() => file.close());
    } catch (error) {
      // A full disk takes the name and not the words: what is left would be in somebody's way.
      await rm(lockPath, { force: true });
      throw error;
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** A lock that is not readable as one is nobody's: its writer died between making and filling it. */
async function read(lockPath: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(lockPath, "utf8")) as Partial<Holder> | null;
    const { pid, host, token } = holder ?? {};
    if (typeof pid !== "number" || typeof host !== "string" || typeof token !== "string") return undefined;
    return { pid, host, token };
  } catch {
    return undefined;
  }
}

async function isAlive(lockPath: string, { pid, host, token }: Holder): Promise<boolean> {
  if (host !== hostname()) {
    const file = await open(lockPath, "r");
    const { mtimeMs } = await file.stat().finally(() => file.close());
    return systemClock().getTime() - mtimeMs < SILENCE_MS;
  }
  if (pid === process.pid) return held.has(token);
  try {
    process.kill(pid, 0);
    return !(await isUnreaped(pid));
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * A process that ended and whose parent has not asked how still has its number (proc_pid_stat(5): state Z, or X). Where there
 * is no /proc nothing is known of it, and it counts as alive.
 */
async function isUnreaped(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The name before it, in parentheses, may hold anything.
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}

function refuse(path: string, holder: Holder | undefined): SandboxSetupError {
  const who = holder === undefined ? "Another sandbox" : `The process ${holder.pid} on ${holder.host}`;
  const gone =
    holder === undefined || holder.host === hostname()
      ? `If no sandbox runs, delete ${path}.lock.`
      : `If it was killed, start again in ${SILENCE_MS / 1000} seconds: its lock is then taken over.`;
  return new SandboxSetupError(
    "SANDBOX_STATE_LOCKED",
    `${who} keeps its state in ${path}. Stop it, or give this sandbox another file. ${gone}`,
  );
}
