// Values that stand twice because a package imports nothing of src: they must stay equal.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as client from "../../packages/exchange/src/id_token/claim_values.ts";
import * as provider from "../../src/input/moment.ts";

test("the exchange client takes the times the provider takes, with the same tolerance", () => {
  assert.equal(client.clockToleranceSeconds, provider.clockToleranceSeconds);
  for (const value of [
    0,
    1,
    1.5,
    -1,
    Number.POSITIVE_INFINITY,
    253_402_300_799,
    253_402_300_800,
    "1",
    null,
    undefined,
    Number.NaN,
  ]) {
    const read = provider.readMoment(value);
    assert.equal(client.readNumericDate(value), "seconds" in read ? read.seconds : undefined, String(value));
  }
});
