// The sandbox's levers for tests: faults, clock, rules, sessions, requests seen, reset. The HTTP face mirrors it.

import type { Fault, FaultQueue, PendingFault } from "../gateway/faults.ts";
import type { MovableClock } from "../ground/clock.ts";
import type { Operation } from "../operation/operation.ts";
import type { RequestLog, RequestRecord } from "../operation/request_log.ts";
import type { Rule, Rules } from "../rules/rules.ts";
import { sessionOf, type World } from "../state/index.ts";
import type { SeedResult } from "../state/seed_result.ts";
import { faultInput, parseInput } from "./control_input.ts";
import { assertCanStrike } from "./fault_target.ts";
import type { IdTokenRequest, IssuedIdToken, OwnIssuer } from "./own_issuer.ts";

/** What a test or the control port may do to a sandbox. */
export type SandboxControl = {
  /** The last requests, newest last, each with its checks and, when refused, reason, rule and fix. */
  requests(limit?: number): RequestRecord[];
  clearRequests(): void;
  /**
   * Makes coming requests fail, wait or lose their connection.
   * @throws SandboxSetupError `CONTROL_INPUT_INVALID`, `SANDBOX_FAULT_INVALID`
   */
  addFault(fault: Fault): PendingFault;
  faults(): PendingFault[];
  clearFaults(): void;
  /** The sandbox's time and its distance from the machine's. */
  clock(): { now: string; offsetSeconds: number };
  /** Moves the sandbox's time by this many seconds (may be negative). Sessions, contexts and tokens age with it. */
  advanceClock(seconds: number): void;
  setClockOffset(seconds: number): void;
  rules(): (Rule & { value: string })[];
  /** @throws SandboxSetupError `SANDBOX_RULE_INVALID` */
  setRule(name: string, value: string | number | boolean): void;
  /** Ends sessions that AssumeRole issued (one, or all), without moving the clock. @returns how many */
  expireSessions(accessKeyId?: string): number;
  /** Ends identity contexts that CreateTokenWithIAM issued. @returns how many */
  expireIdentityContexts(): number;
  /** Forgets discovery documents and JWKS. */
  forgetIssuerKeys(): void;
  /**
   * An ID token of the sandbox's own issuer, for a seed that trusts it (`OWN_ISSUER_URL`).
   * @throws SandboxSetupError `SANDBOX_AUDIENCE_UNKNOWN`
   */
  idToken(request: IdTokenRequest): Promise<IssuedIdToken>;
  /** Ids and credentials of the seed. */
  seedResult(): SeedResult;
  /** Back to the seed: world, rules, clock, faults, quotas and the list of requests. */
  reset(): Promise<void>;
  /**
   * Resolves when everything changed until now is on disk; at once without a state file.
   * @throws UnsavedError `SANDBOX_STATE_UNSAVED`
   */
  saved(): Promise<void>;
};

/** What the control works on. */
export type ControlParts = {
  world: World;
  log: RequestLog;
  faults: FaultQueue;
  /** What is simulated, and can fail. */
  operations: readonly Operation[];
  clock: MovableClock;
  rules: Rules;
  ownIssuer: OwnIssuer;
  forgetIssuerKeys(): void;
  seedResult(): SeedResult;
  reset(): Promise<void>;
  saved(): Promise<void>;
  /** Told after each change that the state file should keep. */
  onChange(): void;
};

export function createControl(parts: ControlParts): SandboxControl {
  const { world, log, faults, clock, rules, onChange } = parts;
  return {
    requests: (limit) => log.list(limit),
    clearRequests: () => log.clear(),
    addFault(fault) {
      const parsed = parseInput(faultInput, fault);
      assertCanStrike(parsed, parts.operations);
      return faults.add(parsed);
    },
    faults: () => faults.list(),
    clearFaults: () => faults.clear(),
    clock: () => ({ now: clock.now().toISOString(), offsetSeconds: clock.offsetMs() / 1000 }),
    advanceClock(seconds) {
      clock.advance(seconds * 1000);
      onChange();
    },
    setClockOffset(seconds) {
      clock.setOffset(seconds * 1000);
      onChange();
    },
    rules: () => rules.list(),
    setRule: (name, value) => rules.set(name, value),
    expireSessions(accessKeyId) {
      const now = clock.now().getTime();
      let count = 0;
      for (const key of world.accessKeys.values()) {
        const session = sessionOf(key);
        if (session === null || (accessKeyId !== undefined && key.accessKeyId !== accessKeyId)) continue;
        if (session.expiresAtMs === null || session.expiresAtMs <= now) continue;
        session.expiresAtMs = now;
        count += 1;
      }
      onChange();
      return count;
    },
    expireIdentityContexts() {
      const now = clock.now().getTime();
      const live = [...world.identityContexts.values()].filter((context) => context.expiresAtMs > now);
      for (const context of live) context.expiresAtMs = now;
      onChange();
      return live.length;
    },
    forgetIssuerKeys: parts.forgetIssuerKeys,
    idToken: (request) => parts.ownIssuer.issue(request),
    seedResult: parts.seedResult,
    reset: parts.reset,
    saved: parts.saved,
  };
}
