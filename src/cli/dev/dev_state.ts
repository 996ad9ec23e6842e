// Owns what `tti dev` keeps beside the store: the demo's secrets, made once, and the addresses of the running
// demo, so that `tti token` and its siblings in another terminal find it. One file only its owner reads.
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeDataDirectory } from "../../db/data_directory.ts";
import { OperationError } from "../../errors.ts";
import { generateClientSecret } from "../../provider/clients/client_secret.ts";
import { type ClientKey, generateClientKey } from "../client_key.ts";
import { devStateName } from "../dev_mark.ts";
import type { BaseCredentials } from "./sandbox_seed.ts";

/** Everything `tti dev` remembers. */
export interface DevState {
  /** The password of every demo user. */
  demoPassword: string;
  /** Secret of the demo application's client. */
  demoClientSecret: string;
  /** The client the command line mints with. */
  cliClient: ClientKey;
  /** The ISV's keys at the local AWS. */
  baseCredentials: BaseCredentials;
  /** Where the demo ran last. */
  addresses?: { issuer: string; sandboxUrl: string };
}

/** The client id of the command line in the demo. */
const cliClientId = "tti-cli";

/** Finds the state in a data directory; undefined where `tti dev` never ran. */
export function findDevState(dataDir: string): DevState | undefined {
  const path = join(dataDir, devStateName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw damaged(path, error);
  }
  try {
    const state = JSON.parse(text) as DevState;
    if (typeof state.demoPassword === "string" && state.cliClient.clientId === cliClientId) return state;
  } catch (error) {
    throw damaged(path, error);
  }
  throw damaged(path, undefined);
}

/** Writes the state, whole or not at all. */
export function saveDevState(dataDir: string, state: DevState): void {
  const path = join(dataDir, devStateName);
  makeDataDirectory(dirname(path));
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(draft, path);
}

/** The state of a data directory, made at the first start. */
export async function loadDevState(dataDir: string): Promise<DevState> {
  const known = findDevState(dataDir);
  if (known !== undefined) return known;
  const { privateJwk } = await generateClientKey();
  const state: DevState = {
    demoPassword: generateDemoPassword(),
    demoClientSecret: generateClientSecret(),
    cliClient: { clientId: cliClientId, privateJwk },
    baseCredentials: {
      accessKeyId: `AKIA${randomLetters(16)}`,
      secretAccessKey: randomBytes(30).toString("base64url"),
    },
  };
  saveDevState(dataDir, state);
  return state;
}

function randomLetters(count: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join("");
}

// Short enough to type into the demo's sign-in page.
function generateDemoPassword(): string {
  return `demo-${randomLetters(4)}-${randomLetters(4)}`.toLowerCase();
}

function damaged(path: string, cause: unknown): OperationError {
  return new OperationError("unavailable", `${path} cannot be read.`, {
    fix: "Repair its permissions, or delete the data directory to begin anew.",
    cause,
  });
}
