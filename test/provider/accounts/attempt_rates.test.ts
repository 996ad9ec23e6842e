// What an attempt to sign in is counted under, and the leaky bucket, in the very statement production runs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { attemptKeysOf } from "../../../src/provider/accounts/attempt_rates.ts";
import {
  countAttempt,
  countAttempts,
  findKnown,
  settleAttempts,
} from "../../../src/provider/accounts/sign_in_attempt_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const rate = { burst: 3, intervalMs: 1000 };

for (const kind of storesOfToday(import.meta.url)) {
  describe(`attempt rate on ${kind}`, () => {
    let keys = 0;
    const store = useStore(kind);

    const newKey = () => {
      keys += 1;
      return { kind: "address", keyHash: `key${keys}`, rate } as const;
    };
    /** Sends attempts at the given moments and tells which were admitted. */
    async function attempt(moments: readonly number[], key = newKey()): Promise<boolean[]> {
      const admitted: boolean[] = [];
      for (const ms of moments)
        admitted.push((await countAttempt(store.db, key, new Date(ms))).waitMs === undefined);
      return admitted;
    }

    it("admits a burst, then one attempt an interval", async () => {
      assert.deepEqual(await attempt([0, 0, 0, 0, 999, 1000, 1000]), [
        ...[true, true, true, false, false, true, false],
      ]);
    });

    it("does not grow the wait by attempts that were refused", async () => {
      assert.equal((await attempt([0, 0, 0, 500, 500, 500, 500, 1000])).at(-1), true);
    });

    it("earns the whole burst back after a pause, and no more than that", async () => {
      assert.deepEqual((await attempt([0, 0, 0, 9000, 9000, 9000, 9000])).slice(3), [
        true,
        true,
        true,
        false,
      ]);
    });

    it("says how long to wait", async () => {
      const key = newKey();
      await attempt([0, 0, 0], key);
      assert.deepEqual(await countAttempt(store.db, key, new Date(250)), { waitMs: 750, healed: false });
    });

    it("cuts a count from the future to what the rate can give, and says so", async () => {
      const key = newKey();
      const hour = 3_600_000;
      await attempt([hour, hour], key);
      assert.deepEqual(await countAttempt(store.db, key, new Date(0)), { waitMs: 1000, healed: true });
      assert.deepEqual(await attempt([1002, 1002, 4003, 4003, 4003, 4003], key), [
        ...[true, false, true, true, true, false],
      ]);
    });

    it("counts under several keys at once, each by its own rate", async () => {
      const [one, other] = [newKey(), { ...newKey(), rate: { burst: 1, intervalMs: 500 } }];
      const countAt = async (ms: number) =>
        (await countAttempts(store.db, [one, other], new Date(ms))).map(({ waitMs }) => waitMs);
      assert.deepEqual(await countAt(0), [undefined, undefined]);
      assert.deepEqual(await countAt(0), [undefined, 500]);
      assert.deepEqual(await countAt(500), [undefined, undefined]);
      assert.deepEqual(await countAt(500), [500, 500]);
    });

    it("takes back what was counted, and no more, while it remembers", async () => {
      const [key, mark] = [newKey(), `known${keys}`];
      await attempt([0, 0, 0], key);
      await settleAttempts(store.db, {
        takenBack: [key, newKey()],
        known: [{ keyHash: mark, untilMs: 9000 }],
      });
      assert.deepEqual(await attempt([0, 0], key), [true, false]);
      assert.deepEqual([...(await findKnown(store.db, [mark], new Date(8999)))], [mark]);
      assert.deepEqual([...(await findKnown(store.db, [mark], new Date(9000)))], []);
    });

    it("lets nobody wait for somebody who waits, whatever the order of the keys", async () => {
      const many = Array.from({ length: 8 }, () => ({
        ...newKey(),
        rate: { burst: 1000, intervalMs: 1000 },
      }));
      const another = store.openAnother();
      const turns = Array.from({ length: 60 }, async (_, turn) => {
        const db = turn % 2 === 0 ? store.db : another;
        const own = turn % 3 === 0 ? many.toReversed() : many;
        await countAttempts(db, own, new Date(0));
        await settleAttempts(db, { takenBack: own.toReversed() });
      });
      await Promise.all(turns);
      // All were taken back: nothing is left of them.
      const [row] = await store.db("sign_in_attempts").where("key_hash", many[0]?.keyHash ?? "");
      assert.equal(Number(row.until_ms), 0);
    });

    it("gives no new attempts for a clock that is a little behind", async () => {
      const key = newKey();
      await attempt([5000, 5000, 5000], key);
      assert.deepEqual(await attempt([4000, 4000, 4500], key), [false, false, false]);
    });
  });
}

describe("the keys of an attempt", () => {
  const keysAt = (clientAddress: string, browser?: string) =>
    attemptKeysOf("a@example.com", { clientAddress, browser });

  it("are the same for every address of an IPv6 /64, so that none of them brings new attempts", () => {
    assert.deepEqual(keysAt("2001:db8:1:2::1"), keysAt("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    assert.deepEqual(keysAt("::ffff:192.0.2.7"), keysAt("192.0.2.7"));
  });

  it("name nobody: each is a hash, with nothing of login, address or browser in it", () => {
    const keys = attemptKeysOf("ada@acme.example", { clientAddress: "192.0.2.7", browser: "browser-of-ada" });
    const kept = [keys.browser, keys.pair, keys.address, keys.account, keys.guarded].map(
      (key) => key?.keyHash,
    );
    for (const hash of [...kept, keys.knownAddressHash, keys.knownBrowserHash]) {
      assert.match(String(hash), /^[\w-]{43}$/);
    }
  });

  it("keep login, address, browser and purpose apart", () => {
    const keys = keysAt("192.0.2.7", "b");
    const hashes = [keys.browser, keys.pair, keys.address, keys.account, keys.guarded].map(
      (key) => key?.keyHash,
    );
    assert.equal(new Set([...hashes, keys.knownAddressHash, keys.knownBrowserHash]).size, 7);
    const other = attemptKeysOf("b@example.com", { clientAddress: "192.0.2.7", browser: "b" });
    assert.notEqual(keys.pair.keyHash, other.pair.keyHash);
    assert.notEqual(keys.knownBrowserHash, other.knownBrowserHash);
    assert.equal(keys.address.keyHash, other.address.keyHash);
  });
});
