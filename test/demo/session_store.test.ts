// Owns the proof that the demo's sessions end in time, in number, and serve once where they must.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPendingStore, createSessionStore } from "../../src/demo/session_store.ts";

function settableClock() {
  let nowMs = Date.parse("2026-11-23T12:00:00Z");
  return {
    clock: () => new Date(nowMs),
    advanceMinutes: (minutes: number) => {
      nowMs += minutes * 60_000;
    },
  };
}

test("a session is found by its id until it ends, and its end is announced", () => {
  const { clock, advanceMinutes } = settableClock();
  const ended: string[] = [];
  const store = createSessionStore<string>(clock, (value) => ended.push(value));
  const id = store.create("alice");
  assert.match(id, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(store.find(id), "alice");
  assert.equal(store.find(`${id}x`), undefined);
  assert.notEqual(createSessionStore<string>(clock, () => undefined).create("alice"), id);
  assert.equal(store.find(undefined), undefined);
  advanceMinutes(8 * 60);
  assert.equal(store.find(id), undefined);
  store.create("bob");
  assert.deepEqual(ended, ["alice"]);
});

test("a pending sign-in serves once and for ten minutes", () => {
  const { clock, advanceMinutes } = settableClock();
  const store = createPendingStore<string>(clock);
  const first = store.create("a");
  assert.equal(store.take(first), "a");
  assert.equal(store.take(first), undefined);
  const second = store.create("b");
  advanceMinutes(10);
  assert.equal(store.take(second), undefined);
});

test("the oldest session makes room when there are too many", () => {
  const ended: number[] = [];
  const store = createSessionStore<number>(settableClock().clock, (value) => ended.push(value));
  const ids = Array.from({ length: 1001 }, (_, index) => store.create(index));
  assert.deepEqual(ended, [0]);
  assert.equal(store.find(ids[0]), undefined);
  assert.equal(store.find(ids[1000]), 1000);
  store.clear();
  assert.equal(ended.length, 1001);
});
