// Owns the keys of one running instance: follows the store by polling, tells its listeners when what it serves
// changes, and guards every signature. It never signs what somebody might be unable to verify.

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { logFailedWork } from "../../failed_work.ts";
import type { Log } from "../../log.ts";
import { one } from "../../observability/metric_table.ts";
import { tell } from "../../observability/recorder.ts";
import { type KeySet, keySetAt, outlivedKids, provenMs } from "./key_set.ts";
import {
  deleteInstance,
  deleteOutlivedInstances,
  type KeyRow,
  listInstances,
  listKeys,
  saveInstance,
} from "./key_store.ts";
import { createKmsLook } from "./kms_look.ts";
import type { KeyPolicy } from "./policy.ts";
import { destroyRecorded, systemActor } from "./recorded_changes.ts";
import { createKeySealer } from "./seal.ts";
import { createSignerCache, type KeyFault, openServedKeys, type ServedKeys } from "./served_keys.ts";
import { aheadMs, chooseSigner, type InstanceView } from "./signer_choice.ts";
import type { KmsKeys } from "./signer_kms.ts";
import { createSigningGuard } from "./signing_guard.ts";
import { ensureSuccession, type KeySources } from "./succession.ts";

/** Called with the new keys; what it returns is awaited before this instance claims to serve them. */
export type KeyListener = (keys: ServedKeys) => void | Promise<void>;

/** Whether this instance may be sent requests, and if not, why. */
export interface KeyHealth {
  ready: boolean;
  reason: string | undefined;
}

/** The signing keys of a running instance. */
export interface KeyRing {
  readonly instanceId: string;
  readonly policy: KeyPolicy;
  /** The keys to serve now. */
  current(): ServedKeys;
  /** @returns a function that ends the subscription */
  onChange(listener: KeyListener): () => void;
  /**
   * Reads the keys once and follows; calls do not overlap.
   * @throws whatever kept it from reading or from swapping; what is served stays as it was
   */
  poll(): Promise<void>;
  /** Reads the keys again first, if this instance may have been taken for dead since it last did. */
  freshen(): Promise<void>;
  /** Whether what is known is new enough to answer by without reading first. */
  isFresh(): boolean;
  /** Starts polling. */
  start(): void;
  /** Stops polling and takes this instance off the list. */
  stop(): Promise<void>;
  health(now?: Date): KeyHealth;
  /** Why no token can be signed now; asked, after `freshen`, before a code or refresh token is spent on one. */
  whyCannotSign(now?: Date): string | undefined;
  /** How long a JWKS served now may be cached; undefined when it may be out of date already. */
  jwksMaxAgeSeconds(now?: Date): number | undefined;
}

/** Options of {@link openKeyRing}. */
export interface KeyRingOptions {
  db: Database;
  clock: Clock;
  log: Log;
  /** TTI_SECRETS: 32 bytes each; the first seals, all open. */
  secrets: readonly Uint8Array[];
  policy: KeyPolicy;
  /** New keys live in AWS KMS; without it, in the store. */
  kms?: KmsKeys;
  instanceId?: string;
  /** How far this instance's time can be trusted; without it, always. */
  time?: KeyTime;
}

/** What the ring asks of time: a wrong clock makes keys of the future, and destroys those that others sign with. */
export interface KeyTime {
  /** Why nothing may be judged by the clock now. */
  whyDoubted(): Promise<string | undefined>;
  /** Whether keys may be made, and what is outlived removed, by it. */
  mayRemove(): Promise<boolean>;
}

/**
 * Opens the key ring: makes the first key on an empty store, opens and proves every key in use.
 * @throws OperationError `signing_key_unreadable`, `signing_unavailable`, `invalid_config`: the instance must not
 *   start; the message names the kid and the fix
 */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { db, clock, log, policy } = options;
  const instanceId = options.instanceId ?? `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  const startedAtMs = clock().getTime();
  const sealer = createKeySealer(options.secrets);
  const sources: KeySources = { db, log, sealer, policy, kms: options.kms };
  const signers = createSignerCache(sealer, options.kms);
  const listeners = new Set<KeyListener>();
  let served: ServedKeys = { fingerprint: "", signingKid: null, providerJwks: [], publicJwks: [] };
  let announced = "";
  let waitingFor: string[] = [];
  let faults: KeyFault[] = [];
  const kmsLook = options.kms && createKmsLook({ ...sources, kms: options.kms });
  const isPublished = (kid: string): boolean => served.publicJwks.some((jwk) => jwk.kid === kid);
  const guard = createSigningGuard({
    ...{ clock, log, policy, isPublished, readAgain: () => poll() },
    onRefused: (reason) => tell(db, one("tti_signatures_refused_total", { reason })),
  });

  const readRows = async (
    nowMs: number,
    instances: InstanceView[],
    mayChange: boolean,
  ): Promise<KeyRow[]> => {
    const rows = await listKeys(db);
    const behindMs = provenMs(rows) - nowMs;
    if (guard.doubtsClock(nowMs) && behindMs > policy.clockSkewSeconds * 1000) throw clockIsBehind(behindMs);
    if (!mayChange && rows.length > 0) return rows;
    return kmsLook === undefined
      ? ensureSuccession(sources, rows, instances, nowMs)
      : kmsLook.look(rows, instances, nowMs);
  };

  const destroyOutlived = async (keySet: KeySet<KeyRow>, nowMs: number): Promise<void> => {
    const sealed = new Set(
      keySet.keys.filter(({ row }) => row.sealedPrivateJwk !== null).map(({ row }) => row.kid),
    );
    const outlived = outlivedKids(keySet, nowMs, policy).filter((kid) => sealed.has(kid));
    if (outlived.length === 0) return;
    const change = { actor: systemActor, nowMs };
    const destroyed = await db.transaction((trx) => destroyRecorded(trx, outlived, change));
    for (const kid of destroyed) log.info({ kid }, "private half of a signing key destroyed");
  };

  const told = new Set<string>();
  const tellOfClocks = (instances: readonly InstanceView[], nowMs: number): void => {
    for (const other of instances) {
      const ahead = aheadMs(other, nowMs, policy);
      if (ahead === 0 || told.has(other.instanceId)) continue;
      told.add(other.instanceId);
      const fields = { instance: other.instanceId, aheadSeconds: Math.round(ahead / 1000) };
      log.error(fields, "the clock of another instance is ahead of this one: one of the two is wrong");
    }
  };

  const follow = async (): Promise<void> => {
    const doubt = await options.time?.whyDoubted();
    if (doubt !== undefined)
      throw new OperationError("signing_unavailable", `The keys are not followed: ${doubt}.`);
    const mayChange = (await options.time?.mayRemove()) ?? true;
    const nowMs = clock().getTime();
    const instances = await listInstances(db);
    tellOfClocks(instances, nowMs);
    const rows = await readRows(nowMs, instances, mayChange);
    const keySet = keySetAt(rows, nowMs, policy);
    const choice = chooseSigner(keySet, instances, nowMs, policy, instanceId);
    await guard.retryFailed();
    const opened = await openServedKeys(keySet, choice, signers, guard.wrap, guard.lastFailure()?.kid);
    const kmsFault = kmsLook?.fault();
    if (kmsFault !== undefined) opened.faults.push(kmsFault);
    const fatal = opened.faults.find((fault) => fault.fatal);
    // Whoever logs it says which key: its words name it, and a name looks like a token.
    if (fatal !== undefined && announced === "") throw Object.assign(fatal.error, { kid: fatal.kid });
    reportFaults(log, faults, opened.faults);
    faults = opened.faults;
    waitingFor = choice.waitingFor;
    if (opened.served.fingerprint !== served.fingerprint) served = opened.served;
    if (served.fingerprint !== announced) {
      for (const listener of listeners) await listener(served);
      announced = served.fingerprint;
      const { signingKid, publicJwks } = served;
      log.info(
        { signingKid, publishedKids: publicJwks.map((jwk) => jwk.kid), waitingFor },
        "signing keys changed",
      );
    }
    guard.noteRead(nowMs);
    if (mayChange) await destroyOutlived(keySet, nowMs);
    await saveInstance(db, {
      instanceId,
      fingerprint: served.fingerprint,
      publishedKids: served.publicJwks.map((jwk) => jwk.kid),
      signingKid: served.signingKid,
      publishLeadMs: policy.publishLeadSeconds * 1000,
      pollIntervalMs: policy.pollIntervalSeconds * 1000,
      startedAtMs,
      seenAtMs: nowMs,
    });
    const outlived = instances.some((other) => nowMs - other.seenAtMs > other.publishLeadMs);
    if (outlived && mayChange) await deleteOutlivedInstances(db, nowMs);
  };

  // Whoever asks while a poll is under way joins it: what it reads is as old as its begin, and counts as that.
  let polling: Promise<void> | undefined;
  const poll = (): Promise<void> => {
    polling ??= follow().finally(() => {
      polling = undefined;
    });
    return polling;
  };

  let timer: NodeJS.Timeout | undefined;
  let running = false;
  const schedule = (): void => {
    // Somebody waits for an emergency key: look again soon.
    const delaySeconds = Math.min(policy.pollIntervalSeconds, waitingFor.length > 0 ? 1 : Infinity);
    timer = setTimeout(async () => {
      await poll().catch((err: unknown) => logFailedWork(log, err, "signing keys could not be read"));
      if (running) schedule();
    }, delaySeconds * 1000);
    timer.unref();
  };

  const whyCannotSign = (now: Date): string | undefined =>
    guard.whyStale(now.getTime()) ?? whyNoSigner(served, faults, waitingFor);

  await poll();
  return {
    instanceId,
    policy,
    current: () => served,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    poll,
    freshen: () => guard.freshen(),
    isFresh: () => guard.isFresh(),
    start() {
      if (running) return;
      running = true;
      schedule();
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await polling?.catch(() => undefined);
      await deleteInstance(db, instanceId).catch((err: unknown) =>
        log.warn({ err }, "instance stays on the list"),
      );
    },
    health(now = clock()) {
      const failure = guard.lastFailure();
      const failed =
        failure?.kid === served.signingKid && `the last signature failed: ${failure?.error.message}`;
      const reason = whyCannotSign(now) ?? (failed || undefined);
      return { ready: reason === undefined, reason };
    },
    whyCannotSign: (now = clock()) => whyCannotSign(now),
    jwksMaxAgeSeconds(now = clock()) {
      if (guard.whyBlind(now.getTime()) !== undefined) return undefined;
      // A key unknown here signs, at the earliest, when what is known ceases to be complete: no copy outlives that.
      const maxAgeSeconds = Math.min(policy.jwksMaxAgeSeconds, guard.completeForSeconds(now.getTime()));
      return maxAgeSeconds >= 1 ? Math.floor(maxAgeSeconds) : undefined;
    },
  };
}

function clockIsBehind(behindMs: number): OperationError {
  const behind = `${Math.round(behindMs / 1000)} s`;
  return new OperationError(
    "signing_unavailable",
    `This machine's clock is ${behind} behind the newest signing key, or the clock that created it was ahead.`,
    { fix: "Set the clock by NTP; if it is right, find the key in `tti key list` and `tti key revoke` it." },
  );
}

function whyNoSigner(
  served: ServedKeys,
  faults: readonly KeyFault[],
  waitingFor: readonly string[],
): string | undefined {
  if (served.signingKid !== null) return undefined;
  if (waitingFor.length > 0) return `the new key is not published by ${waitingFor.join(", ")} yet`;
  return faults[0]?.error.message ?? "no key may sign";
}

function reportFaults(log: Log, before: readonly KeyFault[], now: readonly KeyFault[]): void {
  const known = new Set(before.map((fault) => `${fault.kid} ${fault.error.message}`));
  for (const { kid, error } of now) {
    if (!known.has(`${kid} ${error.message}`)) log.error({ kid, err: error }, "signing key cannot be used");
  }
}
