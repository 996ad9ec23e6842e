// The pure decision how often sign-in may fail.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { admitAttempt, attemptKeysOf, networkOf } from "../../../src/provider/accounts/attempt_rates.ts";

const rate = { burst: 3, intervalMs: 1000 };

/** Sends attempts at the given moments and tells which were admitted. */
function attempt(moments: readonly number[]): boolean[] {
  let paidUntilMs: number | undefined;
  return moments.map((nowMs) => {
    const decision = admitAttempt(paidUntilMs, nowMs, rate);
    if ("waitMs" in decision) return false;
    paidUntilMs = decision.paidUntilMs;
    return true;
  });
}

describe("attempt rate", () => {
  it("admits a burst, then one attempt an interval", () => {
    assert.deepEqual(attempt([0, 0, 0, 0, 999, 1000, 1000]), [true, true, true, false, false, true, false]);
  });

  it("does not grow the wait by attempts that were refused", () => {
    assert.deepEqual(attempt([0, 0, 0, 500, 500, 500, 500, 1000]).at(-1), true);
  });

  it("earns the whole burst back after a pause, and no more than that", () => {
    assert.deepEqual(attempt([0, 0, 0, 9000, 9000, 9000, 9000]).slice(3), [true, true, true, false]);
  });

  it("says how long to wait", () => {
    assert.deepEqual(admitAttempt(3000, 0, rate), { waitMs: 1000 });
  });
});

describe("the network an attempt counts for", () => {
  for (const [address, network] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::1", "0:0:0:0"],
    ["64:ff9b::192.0.2.7", "64:ff9b:0:0"],
  ] as const) {
    it(`of ${address} is ${network}`, () => assert.equal(networkOf(address), network));
  }

  it("is the same for every address of an IPv6 /64, so that none of them brings new attempts", () => {
    const first = attemptKeysOf("a@example.com", "2001:db8:1:2::1");
    const second = attemptKeysOf("a@example.com", "2001:db8:1:2:ffff:ffff:ffff:ffff");
    assert.deepEqual(first, second);
  });

  it("keeps login and address apart in the keys", () => {
    const keys = attemptKeysOf("a@example.com", "192.0.2.7");
    const hashes = [keys.pair.keyHash, keys.address.keyHash, keys.account.keyHash, keys.knownPairHash];
    assert.equal(new Set(hashes).size, 4);
    assert.notEqual(keys.pair.keyHash, attemptKeysOf("b@example.com", "192.0.2.7").pair.keyHash);
    assert.equal(keys.address.keyHash, attemptKeysOf("b@example.com", "192.0.2.7").address.keyHash);
  });
});
