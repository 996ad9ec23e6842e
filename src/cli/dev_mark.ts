// Owns how other commands know that `tti dev` ran on a data directory: the file it keeps its state in.
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The file's name. */
export const devStateName = "dev.json";

/** Whether `tti dev` ran there: what is put into the outbox of its store is sent to its mailbox, when it runs. */
export const ranDev = (dataDir: string): boolean => existsSync(join(dataDir, devStateName));
