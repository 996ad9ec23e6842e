// The credential cache: shared loads, renewal ahead of expiry, forgetting, bounds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialCache } from "../src/credential_cache.ts";

const start = Date.parse("2026-11-24T12:00:00Z");
const alice = { tenantId: "acme", user: "alice" };

interface Value {
  readonly name: string;
  readonly expiresAt: Date;
}

function startCache(maxEntries = 100, failureHoldMs = 0) {
  const time = { ms: start, monotonicMs: 0 };
  const cache = new CredentialCache<Value>({
    clock: () => new Date(time.ms),
    now: () => time.monotonicMs,
    refreshAheadSeconds: 300,
    maxEntries,
    failureHoldMs: () => failureHoldMs,
  });
  let loads = 0;
  const load = async (): Promise<Value> => {
    loads += 1;
    const name = `value ${loads}`;
    await Promise.resolve();
    return { name, expiresAt: new Date(time.ms + 3_600_000) };
  };
  const pass = (seconds: number) => {
    time.ms += seconds * 1000;
    time.monotonicMs += seconds * 1000;
  };
  return { cache, load, loads: () => loads, pass, time };
}

test("a thousand concurrent callers share one load", async () => {
  const { cache, load, loads } = startCache();
  const results = await Promise.all(Array.from({ length: 1000 }, () => cache.resolve("k", alice, load)));
  assert.equal(loads(), 1);
  assert.deepEqual(
    results.map(({ state }) => state),
    ["miss", ...Array.from({ length: 999 }, () => "coalesced")],
  );
  assert.equal((await cache.resolve("k", alice, load)).state, "hit");
});

test("near expiry the old value serves while one renewal runs", async () => {
  const { cache, load, loads, pass } = startCache();
  await cache.resolve("k", alice, load);
  pass(3400);
  const states = await Promise.all([1, 2, 3].map(() => cache.resolve("k", alice, load)));
  assert.deepEqual(
    states.map(({ state, value }) => [state, value.name]),
    Array.from({ length: 3 }, () => ["stale", "value 1"]),
  );
  await new Promise(setImmediate);
  assert.equal(loads(), 2);
  assert.equal((await cache.resolve("k", alice, load)).value.name, "value 2");
});

test("a renewal that fails leaves the old value serving, and is not repeated at every call", async () => {
  const { cache, load, pass } = startCache();
  await cache.resolve("k", alice, load);
  pass(3400);
  let failures = 0;
  const fail = async (): Promise<Value> => {
    failures += 1;
    throw new Error("down");
  };
  for (let call = 0; call < 5; call += 1) {
    assert.equal((await cache.resolve("k", alice, fail)).value.name, "value 1");
    await new Promise(setImmediate);
  }
  assert.equal(failures, 1);
  pass(190);
  await assert.rejects(cache.resolve("k", alice, fail), /down/);
});

test("a failed load fails all who waited for it, and the next caller tries anew", async () => {
  const { cache, load } = startCache();
  const fail = async (): Promise<Value> => {
    await Promise.resolve();
    throw new Error("down");
  };
  const results = await Promise.allSettled([1, 2, 3].map(() => cache.resolve("k", alice, fail)));
  assert.ok(results.every(({ status }) => status === "rejected"));
  assert.equal((await cache.resolve("k", alice, load)).state, "miss");
});

test("forget drops one user's values, also those still being loaded", async () => {
  const { cache, load, loads } = startCache();
  const bob = { tenantId: "acme", user: "bob" };
  await cache.resolve("b", bob, load);
  const waiting = cache.resolve("a", alice, load);
  cache.forget("acme", "alice");
  await waiting;
  assert.equal((await cache.resolve("a", alice, load)).state, "miss");
  assert.equal((await cache.resolve("b", bob, load)).state, "hit");
  assert.equal(loads(), 3);
});

test("drop removes only the value it was told about", async () => {
  const { cache, load } = startCache();
  const { value } = await cache.resolve("k", alice, load);
  cache.drop("k", value);
  const { value: renewed, state } = await cache.resolve("k", alice, load);
  assert.equal(state, "miss");
  cache.drop("k", value);
  assert.equal((await cache.resolve("k", alice, load)).value, renewed);
});

test("the least recently used entries make room", async () => {
  const { cache, load } = startCache(3);
  for (const key of ["a", "b", "c"]) await cache.resolve(key, alice, load);
  await cache.resolve("a", alice, load);
  await cache.resolve("d", alice, load);
  assert.equal(cache.size, 3);
  assert.equal((await cache.resolve("a", alice, load)).state, "hit");
  assert.equal((await cache.resolve("b", alice, load)).state, "miss");
});

test("expired entries go before live ones, whatever their number", async () => {
  const { cache, load, pass } = startCache(50);
  for (let index = 0; index < 40; index += 1) await cache.resolve(`old ${index}`, alice, load);
  pass(4000);
  await cache.resolve("new", alice, load);
  assert.equal(cache.size, 1);
});

test("a failure that is meant answers for a moment, unless the user is forgotten or a value is stored", async () => {
  const { cache, load, pass } = startCache(100, 2000);
  let failures = 0;
  const fail = async (): Promise<Value> => {
    failures += 1;
    throw new Error("not assigned");
  };
  for (let call = 0; call < 5; call += 1)
    await assert.rejects(cache.resolve("k", alice, fail), /not assigned/);
  assert.equal(failures, 1);
  cache.forget("acme", "alice");
  await assert.rejects(cache.resolve("k", alice, fail), /not assigned/);
  assert.equal(failures, 2);
  pass(3);
  assert.equal((await cache.resolve("k", alice, load)).state, "miss");
});

test("a clock that is set back lengthens no value, and no failure", async () => {
  const { cache, load, loads, pass, time } = startCache(100, 2000);
  await cache.resolve("k", alice, load);
  time.ms -= 3_600_000;
  pass(3300);
  assert.equal(cache.find("k"), undefined, "five minutes are left, whatever the clock says");
  pass(280);
  await cache.resolve("k", alice, load);
  assert.equal(loads(), 2);
  const fault = async () => {
    throw new Error("refused");
  };
  await assert.rejects(cache.resolve("failing", alice, fault));
  time.ms -= 3_600_000;
  pass(3);
  assert.equal((await cache.resolve("failing", alice, load)).state, "miss");
});
