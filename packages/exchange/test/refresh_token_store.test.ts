// The ISV's own store of refresh tokens: used across restarts, and what happens when it fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { RefreshTokenStore } from "../src/index.ts";
import { memoryRefreshTokenStore } from "../src/index.ts";
import { acme } from "./support/connections.ts";
import { oauthError } from "./support/stub_aws.ts";
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
  await assert.rejects(world.client.forget(acme, "alice"), (error: Error & { code?: string }) => {
    assert.equal(error.code, "refresh_token_store_failed");
    assert.doesNotMatch(error.message, /idc-refresh-secret/);
    return true;
  });
});

/** Another process redeemed the token first, and keeps its successor only when this one has looked three times. */
function keptLate(store: RefreshTokenStore): RefreshTokenStore {
  let loads = 0;
  return {
    ...store,
    load: async (key) => {
      loads += 1;
      // The exchange's own look, the one before the refused token is dropped, the one before a sign-in.
      if (loads === 4) await store.save(key, "successor");
      return await store.load(key);
    },
  };
}

for (const when of ["before", "after"] as const) {
  for (const method of ["tti", "auth-code"] as const) {
    test(`${method}: a successor another process keeps ${when} the refusal is used, not deleted`, async (t) => {
      const key = { tenantId: "acme", user: "alice", idcApplicationArn: acme.idcApplicationArn };
      const kept = memoryRefreshTokenStore();
      await kept.save(key, "old");
      const world = await startWorld(t, { refreshTokens: when === "before" ? kept : keptLate(kept) });
      world.aws.script = ({ operation, parameters }) => {
        if (operation !== "create-token-with-iam" || parameters["refreshToken"] !== "old") return undefined;
        // The store in memory writes at once: the successor is there before the refusal is.
        if (when === "before") void kept.save(key, "successor");
        return oauthError("InvalidGrantException", "invalid_grant", "Invalid refresh token");
      };
      await world.client.session({ connection: { ...acme, method }, user: "alice" });
      const presented = world.aws.seen
        .filter(({ operation }) => operation === "create-token-with-iam")
        .map(({ parameters }) => parameters["refreshToken"]);
      const mints = method === "tti" && when === "after";
      assert.deepEqual(presented, ["old", mints ? undefined : "successor"]);
      assert.equal(await kept.load(key), mints ? undefined : "successor");
    });
  }
}

test("the store in memory deletes only the token it is told to", async () => {
  const store = memoryRefreshTokenStore();
  const key = { tenantId: "acme", user: "alice", idcApplicationArn: acme.idcApplicationArn };
  await store.save(key, "successor");
  await store.delete(key, "old");
  assert.equal(await store.load(key), "successor");
  await store.delete(key);
  assert.equal(await store.load(key), undefined);
});

test("a refused token the store cannot drop is not presented again and again", async (t) => {
  const kept = memoryRefreshTokenStore();
  await kept.save({ tenantId: "acme", user: "alice", idcApplicationArn: acme.idcApplicationArn }, "old");
  const world = await startWorld(t, { refreshTokens: { ...kept, delete: fail } });
  world.aws.script = ({ operation, parameters }) =>
    operation === "create-token-with-iam" && parameters["refreshToken"] === "old"
      ? oauthError("InvalidGrantException", "invalid_grant", "Invalid refresh token")
      : undefined;
  await world.client.session(ask);
  assert.equal(world.aws.count("create-token-with-iam"), 2);
});
