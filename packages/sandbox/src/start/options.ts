// Owns what startSandbox can be told. JavaScript lets a misspelt name pass: the sandbox would then be another than was
// meant, with a port, a seed or a strictness that nobody chose.
import type { Clock } from "../ground/clock.ts";
import { SandboxSetupError } from "../ground/errors.ts";
import type { RequestRecord } from "../operation/request_log.ts";
import type { RuleOverrides } from "../rules/rules.ts";
import type { SandboxSeed } from "../seed/schema.ts";

/** How to start a sandbox. Everything may be left out. */
export type SandboxOptions = {
  /** TCP port; default 4566, 0 for any free one. */
  port?: number;
  /** Address to bind; default 127.0.0.1. */
  host?: string;
  /** What exists at the start; {@link SandboxSeed}, checked. */
  seed?: SandboxSeed;
  /** Base clock; default the machine's. */
  clock?: Clock;
  /** Switches that shall not have their strict default. */
  rules?: RuleOverrides;
  /** Issuers may be http, on any port, on this machine. Short for the rule `issuer.allowLocal`. */
  allowLocalIssuers?: boolean;
  /** Makes every id follow from this text. */
  randomSeed?: string;
  /** File that keeps the state over restarts. */
  statePath?: string;
  /** Told of each finished request. */
  onRequest?: (record: RequestRecord) => void;
  /** Told of trouble that stops nothing, e.g. a state file that cannot be written. */
  onWarning?: (message: string) => void;
};

const known: Readonly<Record<keyof SandboxOptions, true>> = {
  port: true,
  host: true,
  seed: true,
  clock: true,
  rules: true,
  allowLocalIssuers: true,
  randomSeed: true,
  statePath: true,
  onRequest: true,
  onWarning: true,
};

/**
 * Asserts that every option is one there is.
 * @throws SandboxSetupError `SANDBOX_OPTION_INVALID` naming those there are not
 */
export function assertKnownOptions(options: object): void {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length === 0) return;
  const named = unknown.map((name) => JSON.stringify(name.slice(0, 60))).join(", ");
  throw new SandboxSetupError(
    "SANDBOX_OPTION_INVALID",
    `startSandbox has no option ${named}. Known: ${Object.keys(known).join(", ")}.`,
  );
}
