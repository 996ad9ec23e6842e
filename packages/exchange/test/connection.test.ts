// Connections from outside are taken only if AWS would take their values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ExchangeSettingsError, parseConnection, parseSearchConnection } from "../src/index.ts";
import { acme } from "./support/connections.ts";

function faultOf(change: Readonly<Record<string, unknown>>): ExchangeSettingsError {
  try {
    parseSearchConnection({ ...acme, ...change });
  } catch (error) {
    assert.ok(error instanceof ExchangeSettingsError);
    return error;
  }
  return assert.fail(`accepted ${JSON.stringify(change)}`);
}

test("a well-formed connection is taken as it is, with method tti by default", () => {
  const { method, ...withoutMethod } = acme;
  assert.equal(method, "tti");
  assert.deepEqual(parseSearchConnection(withoutMethod), acme);
});

test("fields a connection does not know are left out", () => {
  assert.deepEqual(parseSearchConnection({ ...acme, note: "x" }), acme);
});

test("each malformed field is refused by its name", () => {
  const malformed: readonly [string, unknown][] = [
    ["tenantId", "tenant.with.dots"],
    ["tenantId", "-starts-with-hyphen"],
    ["tenantId", "a".repeat(257)],
    ["tenantId", 7],
    ["roleArn", "arn:aws:iam::111122223333:user/isv"],
    ["idcApplicationArn", "arn:aws:sso:::instance/ssoins-1234567890abcdef"],
    ["idcRegion", "eu"],
    ["qRegion", ""],
    ["applicationId", "short"],
    ["retrieverId", undefined],
    ["method", "saml"],
  ];
  for (const [field, value] of malformed) {
    const error = faultOf({ [field]: value });
    assert.equal(error.code, "connection_invalid");
    assert.match(error.message, new RegExp(`${field} `), `${field}=${String(value)}`);
  }
});

test("all faults of a connection are named at once", () => {
  const error = faultOf({ tenantId: "", idcRegion: "x", qRegion: "y" });
  assert.match(error.message, /3 faults/);
  for (const field of ["tenantId", "idcRegion", "qRegion"]) assert.match(error.message, new RegExp(field));
  const { faults } = error;
  assert.deepEqual(faults.map(({ field, what }) => `${field} ${what}`).sort(), [
    'idcRegion is "x"',
    'qRegion is "y"',
    "tenantId is missing",
  ]);
  assert.ok(faults.every(({ expected }) => expected !== ""));
});

test("something that is no object is refused, not crashed on", () => {
  for (const value of [null, undefined, 3, "x", []]) {
    assert.throws(() => parseConnection(value), { code: "connection_invalid" });
  }
});

test("a connection is read as accessor list and a sandbox's seed write it", () => {
  const { tenantId, roleArn, qRegion, ...handedOver } = acme;
  const listed = { ...handedOver, tenantId, qRegion, name: "default", createdAt: "2026-11-24T12:00:00Z" };
  assert.deepEqual(parseSearchConnection(listed, { roleArn }), acme);
  const seeded = { ...handedOver, method: undefined, applicationRegion: qRegion };
  assert.deepEqual(parseSearchConnection(seeded, { roleArn, tenantId }), acme);
  const whole = {
    ...seeded,
    externalId: tenantId,
    principal: roleArn,
    dataAccessorId: "x",
    instanceArn: "y",
  };
  assert.deepEqual(parseSearchConnection(whole), acme, "the seed knows tenant and role");
  assert.equal(
    parseSearchConnection(whole, { tenantId: "other" }).tenantId,
    "other",
    "what is said goes first",
  );
  assert.throws(() => parseSearchConnection({ ...whole, externalId: null }), /tenantId is missing/);
});
