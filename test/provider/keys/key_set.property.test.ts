// Random histories of an installation: time passes, operators rotate, revoke and declare emergencies, instances
// lag behind. Whatever happens, nothing is signed that a verifier could not verify.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  earliestActivationMs,
  type KeyTimes,
  keySetAt,
  nextGeneration,
  planSuccession,
} from "../../../src/provider/keys/key_set.ts";
import { chooseSigner } from "../../../src/provider/keys/signer_choice.ts";
import { dayMs, hourMs, instanceView, policy } from "./key_times.ts";
import "../../support/property_seed.ts";

type Step = { kind: "wait"; hours: number } | { kind: "rotate" | "emergency" | "revokeNext" | "revokeOld" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 3000 }).map((hours): Step => ({ kind: "wait", hours })) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: "rotate" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "emergency" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "revokeNext" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "revokeOld" }) },
);

const start = Date.UTC(2026, 0, 1);

function create(rows: KeyTimes[], createdAtMs: number, activatesAtMs: number): void {
  const generation = nextGeneration(rows);
  rows.push({ kid: `k${generation}`, generation, createdAtMs, activatesAtMs, revokedAtMs: null });
}

function settle(rows: KeyTimes[], nowMs: number): void {
  for (let due = planSuccession(rows, nowMs, policy); due; due = planSuccession(rows, nowMs, policy)) {
    create(rows, due.createdAtMs, due.activatesAtMs);
  }
}

function apply(rows: KeyTimes[], nowMs: number, kind: Exclude<Step["kind"], "wait">): void {
  const { current, next, keys } = keySetAt(rows, nowMs, policy);
  if (kind === "rotate" && next) {
    const earliestMs = earliestActivationMs(next.row, nowMs, policy.publishLeadSeconds);
    next.row.activatesAtMs = Math.min(next.row.activatesAtMs, earliestMs);
  }
  if (kind === "emergency") {
    for (const key of [current, next]) if (key) key.row.revokedAtMs = nowMs;
    create(rows, nowMs, nowMs);
  }
  if (kind === "revokeNext" && next) next.row.revokedAtMs = nowMs;
  const old = keys.find((key) => key.phase === "previous");
  if (kind === "revokeOld" && old) old.row.revokedAtMs = nowMs;
}

test("in any history there is at most one current and one next key, and the current one is published", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const rows: KeyTimes[] = [];
      let nowMs = start;
      settle(rows, nowMs);
      for (const { kind, ...rest } of steps) {
        if (kind === "wait") nowMs += ("hours" in rest ? rest.hours : 0) * hourMs;
        else apply(rows, nowMs, kind);
        settle(rows, nowMs);
        const { keys, current, published } = keySetAt(rows, nowMs, policy);
        assert.equal(keys.filter((key) => key.phase === "current").length, 1);
        assert.equal(keys.filter((key) => key.phase === "next").length, 1);
        assert.equal(published[0], current);
        assert.ok(published.every((key) => key.phase !== "gone" && key.phase !== "revoked"));
      }
    }),
    { numRuns: 300 },
  );
});

test("in any history a token, unless its key is revoked, verifies to its end and in every cache", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const rows: KeyTimes[] = [];
      const signed: { kid: string; atMs: number }[] = [];
      let nowMs = start;
      for (const { kind, ...rest } of [{ kind: "wait", hours: 1 } as Step, ...steps]) {
        if (kind === "wait") nowMs += ("hours" in rest ? rest.hours : 0) * hourMs;
        else apply(rows, nowMs, kind);
        settle(rows, nowMs);
        const { current } = keySetAt(rows, nowMs, policy);
        if (current) signed.push({ kid: current.row.kid, atMs: nowMs });
      }
      const revoked = new Set(rows.filter((row) => row.revokedAtMs !== null).map((row) => row.kid));
      for (const { kid, atMs } of signed.filter((token) => !revoked.has(token.kid))) {
        const row = rows.find((candidate) => candidate.kid === kid);
        const last = keySetAt(rows, atMs + policy.longestTokenSeconds * 1000, policy);
        assert.ok(last.published.some((key) => key.row.kid === kid));
        // Published for the JWKS max-age before it signed; keys without a lead (the first, an emergency's) aside.
        const planned = row !== undefined && row.createdAtMs !== row.activatesAtMs;
        if (planned) assert.ok(atMs - row.createdAtMs >= policy.jwksMaxAgeSeconds * 1000);
      }
    }),
    { numRuns: 300 },
  );
});

test("with any instances lagging, what signs is published by every live instance, or nothing signs", () => {
  const instances = fc.array(
    fc.record({ behind: fc.integer({ min: 0, max: 3 }), silentSeconds: fc.integer({ min: 0, max: 120 }) }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(instances, fc.integer({ min: 0, max: 3 * 24 }), (views, hours) => {
      const rows: KeyTimes[] = [];
      create(rows, start, start);
      create(rows, start, start + 90 * dayMs);
      create(rows, start + 89 * dayMs, start + 91 * dayMs);
      const nowMs = start + 90 * dayMs + hours * hourMs;
      const reports = views.map(({ behind, silentSeconds }, index) =>
        instanceView(
          `i${index}`,
          rows.slice(0, rows.length - behind).map((row) => row.kid),
          nowMs - silentSeconds * 1000,
        ),
      );
      const { candidates, waitingFor } = chooseSigner(keySetAt(rows, nowMs, policy), reports, nowMs, policy);
      const live = reports.filter((report) => nowMs - report.seenAtMs <= 45_000);
      const [signer] = candidates;
      if (signer?.phase === "current") {
        assert.deepEqual(waitingFor, []);
        assert.ok(live.every((report) => report.publishedKids.includes(signer.row.kid)));
      }
      if (signer?.phase === "previous") {
        assert.ok((signer.removedAtMs ?? 0) - nowMs > policy.longestTokenSeconds * 1000);
      }
    }),
    { numRuns: 500 },
  );
});
