// The ISV's own store of refresh tokens: used across restarts, and what happens when it fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { RefreshTokenStore } from "../../src/exchange/index.ts";
import { memoryRefreshTokenStore } from "../../src/exchange/index.ts";
import { acme } from "./support/connections.ts";
import { startWorld } from "./support/world.ts";

const ask = { connection: acme, user: "alice" };
const granting = { refreshToken: "idc-refresh-secret" };

function failing(change: Partial<RefreshTokenStore>): RefreshTokenStore {
  return { ...memoryRefreshTokenStore(), ...change };
}

const fail = async (): Promise<never> => {
  throw new Error("database is down, idc-refresh-secret");
};

test("a second process goes on with the refresh token the first one kept", async (t) => {
  const world = await startWorld(t, { refreshTokens: memoryRefreshTokenStore() }, granting);
  await world.client.session(ask);
  await world.anotherClient().session(ask);
  assert.equal(world.issuer.minted.length, 1);
});

test("tokens of one user and customer are never handed to another", async () => {
  const store = memoryRefreshTokenStore();
  const key = { tenantId: "acme", user: "alice", idcApplicationArn: acme.idcApplicationArn };
  await store.save(key, "t");
  assert.equal(await store.load(key), "t");
  for (const other of [{ user: "bob" }, { tenantId: "globex" }, { idcApplicationArn: "x" }]) {
    assert.equal(await store.load({ ...key, ...other }), undefined);
  }
});

test("the store in memory is bounded", async () => {
  const store = memoryRefreshTokenStore(2);
  const key = (user: string) => ({ tenantId: "acme", user, idcApplicationArn: "a" });
  for (const user of ["a", "b", "c"]) await store.save(key(user), user);
  assert.deepEqual(await Promise.all(["a", "b", "c"].map((user) => store.load(key(user)))), [
    undefined,
    "b",
    "c",
  ]);
});

test("a store that cannot be read stops the exchange with its own code, before any token is spent", async (t) => {
  const world = await startWorld(t, { refreshTokens: failing({ load: fail }) }, granting);
  await assert.rejects(world.client.session(ask), (error: Error & { code?: string }) => {
    assert.equal(error.code, "refresh_token_store_failed");
    assert.doesNotMatch(error.message, /idc-refresh-secret/);
    return true;
  });
  assert.equal(world.issuer.minted.length, 0);
});

test("a store that never answers ends at the deadline", async (t) => {
  const never = failing({ load: () => new Promise(() => undefined) });
  const world = await startWorld(t, { refreshTokens: never, deadlineSeconds: 0.2 }, granting);
  await assert.rejects(world.client.session(ask), { code: "deadline_exceeded" });
});

test("a store that cannot write costs the user nothing, and an event tells", async (t) => {
  const world = await startWorld(t, { refreshTokens: failing({ save: fail }) }, granting);
  assert.ok((await world.client.session(ask)).credentials);
  assert.deepEqual(
    world.events.filter(({ outcome }) => outcome === "error").map(({ code }) => code),
    ["refresh_token_store_failed"],
  );
});

test("a store that cannot delete fails forget: the caller must know the token is still there", async (t) => {
  const world = await startWorld(t, { refreshTokens: failing({ delete: fail }) }, granting);
  await world.client.session(ask);
  await assert.rejects(world.client.forget(acme, "alice"));
});
