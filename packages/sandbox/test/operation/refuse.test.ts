// The one way to refuse: every code a service refuses with has a status, and a refusal is recorded once, by the runner.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { CheckRecord } from "../../src/operation/operation.ts";
import { recorder, recordRefusal, refusing } from "../../src/operation/refuse.ts";
import { refuse as refuseIam } from "../../src/services/iam/refuse.ts";
import { refuse as refuseIdentityStore } from "../../src/services/identitystore/refuse.ts";
import { refuse as refuseKms } from "../../src/services/kms/refuse.ts";
import { refuse as refuseQBusiness } from "../../src/services/qbusiness/refuse.ts";
import { refuse as refuseSsoAdmin } from "../../src/services/sso_admin/refuse.ts";
import { refuse as refuseSts } from "../../src/services/sts/refuse.ts";

const services = fileURLToPath(new URL("../../src/services", import.meta.url));
const told = { rule: "test.rule", why: "It is a test.", fix: "Stop testing." };
type AnyRefuse = ReturnType<typeof refusing<string>>;
const refusals: Record<string, AnyRefuse> = {
  iam: refuseIam as AnyRefuse,
  identitystore: refuseIdentityStore as AnyRefuse,
  kms: refuseKms as AnyRefuse,
  qbusiness: refuseQBusiness as AnyRefuse,
  sso_admin: refuseSsoAdmin as AnyRefuse,
  sts: refuseSts as AnyRefuse,
};

test("every code that a service names where its refusals are made has a status", () => {
  for (const [service, refuse] of Object.entries(refusals)) {
    const text = readFileSync(join(services, service, "refuse.ts"), "utf8");
    const [, union = ""] = /refusing<([^>]*)>/.exec(text) ?? [];
    const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code = ""]) => code);
    assert.ok(codes.length > 2, `${service} names its codes`);
    for (const code of codes) assert.ok(refuse(code, "m", told).status >= 400, `${service} ${code}`);
  }
});

test("every code an operation refuses with is one of them", () => {
  let seen = 0;
  for (const path of globSync("*/*.ts", { cwd: services })) {
    const refuse = refusals[path.split(/[\\/]/)[0] ?? ""];
    if (refuse === undefined) continue;
    const text = readFileSync(join(services, path), "utf8");
    for (const [, code = ""] of text.matchAll(/\brefuse\(\s*"(\w+)"/g)) {
      assert.ok(refuse(code, "m", told).status >= 400, `${path}: ${code}`);
      seen++;
    }
  }
  assert.ok(seen > 40, `only ${seen} refusals found`);
});

test("statuses are the model's; a code it does not list needs one of its own", () => {
  assert.equal(refuseIam("NoSuchEntity", "m", told).status, 404);
  assert.equal(refuseQBusiness("ServiceQuotaExceededException", "m", told).status, 402);
  assert.equal(refuseSsoAdmin("ConflictException", "m", told).status, 400);
  assert.equal(refuseSts("AccessDenied", "m", told).status, 403);
  assert.throws(() => refusing<string>("iam")("NoSuchCode", "m", told), /iam models no error NoSuchCode/);
});

test("a refusal is recorded with rule, why and fix, after what passed", () => {
  const checks: CheckRecord[] = [];
  recorder(checks).passed("first", "it is so");
  recorder(checks).warned({ rule: "second", why: "it may be refused", fix: "mend" });
  recordRefusal(refuseIam("NoSuchEntity", "m", told), checks);
  assert.deepEqual(checks, [
    { name: "first", passed: true, why: "it is so" },
    { name: "second", passed: false, why: "it may be refused", fix: "mend" },
    { name: "test.rule", passed: false, why: "It is a test", fix: "Stop testing." },
  ]);
});
