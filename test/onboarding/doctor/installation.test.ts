// The doctor looks at settings and store: each fault it knows is shown by an installation that has it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ConfigError, readConfig } from "../../../src/config.ts";
import { StoreUnavailable } from "../../../src/db/store_fault.ts";
import { OperationError } from "../../../src/errors.ts";
import { examine } from "../../../src/onboarding/doctor/examine.ts";
import { isHealthy } from "../../../src/onboarding/doctor/finding.ts";
import { type Installation, readInstallation } from "../../../src/onboarding/doctor/installation.ts";
import {
  checkInstallation,
  checkReadiness,
  findConfigFaults,
  findStoreFault,
} from "../../../src/onboarding/doctor/installation_checks.ts";
import { createDomain, saveDomainVerified } from "../../../src/provider/tenants/domain_store.ts";
import { createTenant, saveTenant, type Tenant } from "../../../src/provider/tenants/tenant_store.ts";
import { addClient, startProvider } from "../../provider/support/provider_fixture.ts";
import { openTestDatabase } from "../../support/databases.ts";
import { complaints } from "./doctor_support.ts";

const production = {
  TTI_ISSUER: "https://login.example.com",
  TTI_SECRETS: randomBytes(32).toString("base64"),
  TTI_CLIENT_ID: "isv-app",
  TTI_TRUSTED_PROXIES: "1",
};
const acme: Tenant = {
  id: "acme",
  name: "Acme",
  loginMethod: "local",
  presencePolicy: { name: "session" },
  requiredFactor: "none",
  discoverable: false,
  selfClose: false,
  sessionLifeMs: null,
  sessionIdleMs: null,
  reopenedAtMs: null,
  generation: 0,
  disabledAtMs: null,
  createdAtMs: 0,
};

function installation(changes: Partial<Installation> = {}): Installation {
  return {
    config: readConfig(production),
    keys: { nowMs: 0, signingKid: "k1", waitingFor: [], keys: [], instances: [], warnings: [] },
    unreadableKeys: new Map(),
    apps: { old: 0, unreadable: 0 },
    awsClient: {
      metadata: { client_id: "isv-app", id_token_signed_response_alg: "RS256" },
      disabledAtMs: null,
    },
    tenants: [acme],
    tenantsWithDomain: new Set(["acme"]),
    waitingDomains: new Map(),
    sharedAddresses: [],
    signIns: { refused: 12, attacks: [] },
    ...changes,
  };
}

test("an installation in order is told nothing", () => {
  assert.deepEqual(complaints(checkInstallation(installation())), []);
});

const keys = installation().keys;
const cases: readonly [string, Partial<Installation>, string, RegExp][] = [
  [
    "two members with one address",
    { sharedAddresses: [{ tenantId: "acme", address: "ann@acme.example", accounts: 2 }] },
    "warning shared_addresses",
    /2 members of acme carry the address ann@acme.example/,
  ],
  [
    "passwords that are being guessed",
    { signIns: { refused: 412, attacks: ["account", "device_code", "account"] } },
    "warning sign_in_attacks",
    /refused in the last hour: 412; attacks were noticed: account \(2\), device_code \(1\)/,
  ],
  [
    "a signing key no secret opens",
    { unreadableKeys: new Map([["k1", "no secret fits"]]) },
    "failed secrets",
    /k1: no secret fits/,
  ],
  [
    "no secrets in production",
    { config: { ...readConfig(production), secrets: [] } },
    "failed secrets",
    /TTI_SECRETS is not set/,
  ],
  [
    "a rotation that waits",
    { keys: { ...keys, warnings: ["No next key."] } },
    "warning key_rotation",
    /No next/,
  ],
  ["no client of the id registered with AWS", { awsClient: undefined }, "failed aws_client", /isv-app/],
  [
    "a client for AWS that wants another algorithm",
    {
      awsClient: {
        metadata: { client_id: "isv-app", id_token_signed_response_alg: "ES256" },
        disabledAtMs: null,
      },
    },
    "failed aws_client",
    /ES256/,
  ],
  [
    "a client for AWS that is disabled",
    { awsClient: { metadata: { client_id: "isv-app" }, disabledAtMs: 1 } },
    "failed aws_client",
    /is disabled/,
  ],
  [
    "the domain policy off",
    { config: readConfig({ ...production, TTI_REQUIRE_VERIFIED_DOMAIN: "off" }) },
    "warning domain_policy",
    /is off/,
  ],
  [
    "a key that signs soon after it is published",
    { config: readConfig({ ...production, TTI_KEY_PUBLISH_LEAD: "3600" }) },
    "warning rotation_lead",
    /published 1 hours before it signs/,
  ],
  ["a tenant without a domain", { tenantsWithDomain: new Set() }, "warning tenant_domains", /for acme/],
  [
    "users who log in at a page that is not named",
    { tenants: [{ ...acme, loginMethod: "handoff" }] },
    "warning login_page",
    /users of acme/,
  ],
];
for (const [what, changes, complaint, message] of cases) {
  test(`${what} is told, with cause and fix`, () => {
    const findings = checkInstallation(installation(changes));
    assert.deepEqual(complaints(findings), [complaint]);
    const told = findings.find(({ outcome, check }) => `${outcome} ${check}` === complaint);
    assert.match(told?.message ?? "", message);
    assert.ok(told?.cause && told.fix);
  });
}

test("a domain that waits for its proof is to be verified, a tenant without one to claim one", () => {
  const tenants = ["acme", "globex", "initech"].map((id) => ({ ...acme, id }));
  const told = checkInstallation(
    installation({ tenants, waitingDomains: new Map([["globex", "globex.example"]]) }),
  ).filter(({ check }) => check === "tenant_domains");
  assert.deepEqual(
    told.map(({ message }) => message),
    ["No domain is verified for initech", "A domain is claimed and waits for its proof: globex"],
  );
  assert.match(told[0]?.fix ?? "", /tti domain add DOMAIN --tenant initech$/);
  assert.match(told[1]?.fix ?? "", /tti domain verify globex\.example --tenant globex$/);
});

test("with the domain policy off the attack is told in one sentence", () => {
  const config = readConfig({ ...production, TTI_REQUIRE_VERIFIED_DOMAIN: "off" });
  const told = checkInstallation(installation({ config })).find(({ check }) => check === "domain_policy");
  assert.equal(
    told?.cause,
    "An address of one customer's domain in another customer's token is that person at the first customer's Identity Center.",
  );
});

test("presence policies that let back ends act without the user are listed, the others are not", () => {
  const tenants: Tenant[] = [
    { ...acme, id: "a", presencePolicy: { name: "offline" } },
    { ...acme, id: "b", presencePolicy: { name: "within", hours: 12 } },
    { ...acme, id: "c", presencePolicy: { name: "session" } },
    { ...acme, id: "d", presencePolicy: { name: "never" } },
  ];
  const findings = checkInstallation(
    installation({ tenants, tenantsWithDomain: new Set(["a", "b", "c", "d"]) }),
  );
  assert.deepEqual(
    findings
      .filter(({ check }) => check === "presence")
      .map(({ outcome, message }) => `${outcome} ${message}`),
    [
      'information a is "offline": back ends may act for every user who agreed to it',
      'information b is "within 12": back ends may act up to 12 hours after a user\'s last login',
    ],
  );
});

test("settings that cannot be used are told one by one, missing secrets under their own name", () => {
  const error = (() => {
    try {
      return readConfig({
        TTI_ISSUER: "https://login.example.com/x?",
        PORT: "many",
        TTI_TRUSTED_PROXIES: "1",
        TTI_CLIENT_ID: "isv",
      });
    } catch (thrown) {
      return thrown;
    }
  })();
  assert.ok(error instanceof ConfigError);
  const told = complaints(findConfigFaults(error));
  assert.deepEqual(told.toSorted(), ["failed secrets", "failed settings", "failed settings"]);
});

test("what a running instance warns of is told again, with cause and fix", () => {
  const answer = (json: unknown) => ({ url: "x", status: 200, body: "", json });
  const [told, ...more] = checkReadiness(answer({ warnings: ["TTI_TRUSTED_PROXIES is too small"] }));
  assert.deepEqual(
    [told?.check, told?.outcome, told?.message],
    ["readiness", "warning", "TTI_TRUSTED_PROXIES is too small"],
  );
  assert.ok(told?.cause && told.fix && more.length === 0);
  assert.deepEqual(checkReadiness(answer({ warnings: "none" })), []);
});

test("a store that cannot be used is told", () => {
  const finding = findStoreFault(new OperationError("unavailable", "The database does not answer."));
  assert.equal(finding.outcome, "failed");
  assert.ok(finding.fix);
});

test("a store that can be read and takes no writes is told as one that cannot be used", async () => {
  const { db, close } = await openTestDatabase("sqlite");
  try {
    await db.raw("pragma query_only = on");
    const read = readInstallation(db, readConfig({ TTI_MODE: "development" }, "development"), new Date());
    const error = await read.then(
      () => assert.fail("it was read"),
      (fault: unknown) => fault,
    );
    assert.ok(error instanceof StoreUnavailable);
    assert.equal(error.kind, "read_only");
    assert.match(findStoreFault(error).cause ?? "", /can be read, and nothing can be written/);
  } finally {
    await close();
  }
});

test("a running installation is read as it is, and examined whole", async () => {
  const fixture = await startProvider();
  try {
    const { db, config, issuer } = fixture;
    const clock = () => new Date();
    const own = { db, config };
    const before = await examine({ issuer, clock, own, tenantClaim: "tenant_id" });
    // Until the first poll there is no next key yet.
    const told = complaints(before).filter((complaint) => !complaint.endsWith("key_rotation"));
    assert.deepEqual(told, ["failed aws_client", "warning domain_policy", "warning issuer", "warning keys"]);
    await addClient(db, { client_id: config.clientId });
    const after = await examine({ issuer, clock, own, tenantClaim: "tenant_id" });
    assert.ok(isHealthy(after), JSON.stringify(after));
    assert.ok(after.some(({ check, outcome }) => check === "signing_key" && outcome === "passed"));
    assert.ok(after.some(({ check, outcome }) => check === "host" && outcome === "passed"));

    for (const id of ["acme", "globex", "closed"]) await createTenant(db, { id, name: id }, new Date());
    await createDomain(db, { tenantId: "acme", domain: "acme.example", challenge: "x" }, new Date());
    await createDomain(db, { tenantId: "globex", domain: "globex.example", challenge: "x" }, new Date());
    await saveDomainVerified(db, { tenantId: "acme", domain: "acme.example", shared: false }, new Date());
    await saveTenant(db, "acme", { presencePolicy: { name: "within", hours: 8 } }, new Date());
    const strict = { ...config, requireVerifiedDomain: true };
    const read = await readInstallation(db, strict, new Date());
    assert.deepEqual([...read.tenantsWithDomain], ["acme"]);
    const findings = checkInstallation(read);
    assert.ok(complaints(findings).includes("warning tenant_domains"));
    assert.match(
      JSON.stringify(findings),
      /verified for closed".*waits for its proof: globex".*verify globex\.example --tenant globex.*within 8/,
    );

    const otherSecrets = { ...config, secrets: [Buffer.alloc(32, 9)] };
    const sealed = await readInstallation(db, otherSecrets, new Date());
    assert.deepEqual(complaints(checkInstallation(sealed)).slice(0, 1), ["failed secrets"]);
  } finally {
    await fixture.close();
  }
});
