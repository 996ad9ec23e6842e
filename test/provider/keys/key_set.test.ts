import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  earliestActivationMs,
  type KeyTimes,
  keySetAt,
  type PlannedKey,
  planSuccession,
  provenMs,
} from "../../../src/provider/keys/key_set.ts";
import { dayMs, hourMs, keyTimes, policy } from "./key_times.ts";

const start = Date.UTC(2026, 0, 1);
const retentionMs = policy.retentionSeconds * 1000;

function phases(rows: Parameters<typeof keySetAt>[0], nowMs: number): Record<string, string> {
  return Object.fromEntries(keySetAt(rows, nowMs, policy).keys.map((key) => [key.row.kid, key.phase]));
}

describe("the place of each key", () => {
  const first = keyTimes(1, start);
  const second = keyTimes(2, start + 90 * dayMs);

  test("a key is next until it activates, then current while its predecessor is previous, then gone", () => {
    assert.deepEqual(phases([first, second], second.activatesAtMs - 1), { k2: "next", k1: "current" });
    assert.deepEqual(phases([first, second], second.activatesAtMs), { k2: "current", k1: "previous" });
    const removedAtMs = second.activatesAtMs + retentionMs;
    assert.deepEqual(phases([first, second], removedAtMs - 1), { k2: "current", k1: "previous" });
    assert.deepEqual(phases([first, second], removedAtMs), { k2: "current", k1: "gone" });
  });

  test("the current key is published first, then the next, then previous ones, newest first", () => {
    const rows = [keyTimes(1, start), keyTimes(2, start + hourMs), keyTimes(3, start + 2 * hourMs)];
    const { published } = keySetAt([...rows, keyTimes(4, start + dayMs)], start + 3 * hourMs, policy);
    assert.deepEqual(
      published.map((key) => key.row.kid),
      ["k3", "k4", "k2", "k1"],
    );
  });

  test("the order in which the rows are read does not matter", () => {
    const nowMs = second.activatesAtMs + hourMs;
    assert.deepEqual(keySetAt([second, first], nowMs, policy), keySetAt([first, second], nowMs, policy));
  });

  test("a revoked key is published no more, and its predecessor stays retired", () => {
    const revoked = { ...second, revokedAtMs: second.activatesAtMs + hourMs };
    const third = keyTimes(3, revoked.revokedAtMs, { createdAtMs: revoked.revokedAtMs });
    const keySet = keySetAt([first, revoked, third], third.activatesAtMs, policy);
    assert.equal(keySet.current?.row.kid, "k3");
    assert.deepEqual(
      keySet.published.map((key) => key.row.kid),
      ["k3", "k1"],
    );
  });

  test("revoking the current key with no successor leaves nothing to sign, not its predecessor", () => {
    const revoked = { ...second, revokedAtMs: second.activatesAtMs + hourMs };
    assert.equal(keySetAt([first, revoked], revoked.revokedAtMs, policy).current, undefined);
  });

  test("a key revoked before its turn ended nobody's turn", () => {
    const revoked = { ...second, revokedAtMs: second.activatesAtMs - hourMs };
    const keySet = keySetAt([first, revoked], second.activatesAtMs + hourMs, policy);
    assert.equal(keySet.current?.row.kid, "k1");
    assert.equal(keySet.current?.retiresAtMs, null);
  });

  test("revocation counts at once for an instance whose clock is a little behind", () => {
    const revoked = { ...first, revokedAtMs: start + hourMs };
    assert.equal(keySetAt([revoked], start + hourMs - 1000, policy).keys[0]?.phase, "revoked");
  });
});

describe("the succession", () => {
  test("the first key of a new installation signs at once", () => {
    assert.deepEqual(planSuccession([], start, policy), {
      generation: 1,
      createdAtMs: start,
      activatesAtMs: start,
    });
  });

  test("a next key is published as soon as there is none, to sign when the period is over", () => {
    const planned = planSuccession([keyTimes(1, start)], start + hourMs, policy);
    assert.deepEqual(planned, {
      generation: 2,
      createdAtMs: start + hourMs,
      activatesAtMs: start + 90 * dayMs,
    });
  });

  test("nothing is created while a next key waits", () => {
    assert.equal(planSuccession([keyTimes(1, start), keyTimes(2, start + dayMs)], start, policy), undefined);
  });

  test("after a long sleep the next key still keeps its lead", () => {
    const wakesMs = start + 400 * dayMs;
    const planned = planSuccession([keyTimes(1, start)], wakesMs, policy);
    assert.equal(planned?.activatesAtMs, wakesMs + policy.publishLeadSeconds * 1000);
  });

  test("the lead another instance counts on is kept where it is longer", () => {
    const planned = planSuccession([keyTimes(1, start)], start + 400 * dayMs, policy, 72 * 3600);
    assert.equal(planned?.activatesAtMs, start + 403 * dayMs);
  });

  test("a replacement for a revoked current key does not pass for the first key of an installation", () => {
    const revoked = keyTimes(1, start, { revokedAtMs: start + hourMs });
    const planned = planSuccession([revoked], start + 2 * hourMs, policy);
    assert.equal(planned?.activatesAtMs, start + 2 * hourMs + policy.publishLeadSeconds * 1000);
  });

  test("a next key may be brought forward only to the end of its lead", () => {
    const next = keyTimes(2, start + 90 * dayMs, { createdAtMs: start });
    const leadSeconds = policy.publishLeadSeconds;
    assert.equal(earliestActivationMs(next, start + hourMs, leadSeconds), start + dayMs);
    assert.equal(earliestActivationMs(next, start + 3 * dayMs, leadSeconds), start + 3 * dayMs);
  });

  test("rows prove that the moment they were created or revoked has passed", () => {
    const created = keyTimes(1, start, { createdAtMs: start });
    assert.equal(provenMs([created]), start);
    assert.equal(provenMs([{ ...created, revokedAtMs: start + hourMs }]), start + hourMs);
    assert.equal(provenMs([{ ...created, createdAtMs: start + dayMs, revokedAtMs: start }]), start);
  });
});

test("a year, an hour at a time: one key always signs, and every token verifies in every cache to its end", () => {
  const rows: KeyTimes[] = [];
  const signers = new Set<string>();
  const maxAgeMs = policy.jwksMaxAgeSeconds * 1000;
  const publishedAt = (nowMs: number) => keySetAt(rows, nowMs, policy).published.map((key) => key.row.kid);
  const add = (planned: PlannedKey) =>
    rows.push({ kid: `k${planned.generation}`, revokedAtMs: null, ...planned });
  for (let nowMs = start; nowMs < start + 365 * dayMs; nowMs += hourMs) {
    for (let due = planSuccession(rows, nowMs, policy); due; due = planSuccession(rows, nowMs, policy))
      add(due);
    const { current } = keySetAt(rows, nowMs, policy);
    assert.ok(current, new Date(nowMs).toISOString());
    signers.add(current.row.kid);
    // A verifier that fetched the JWKS just before its copy runs out, once there was a JWKS at all.
    if (nowMs > start)
      assert.ok(publishedAt(nowMs - Math.min(maxAgeMs, nowMs - start)).includes(current.row.kid));
    assert.ok(publishedAt(nowMs + policy.longestTokenSeconds * 1000).includes(current.row.kid));
  }
  assert.deepEqual([...signers], ["k1", "k2", "k3", "k4", "k5"]);
  assert.equal(rows.length, 6);
});
