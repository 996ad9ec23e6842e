// Every check that the doctor can make fails by a fixture here, and its message is held to words: the ids are read from the
// source, so that a check without a failing fixture fails. What the console tells of each names no command.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type AwsProbe, AwsStepError, type ExchangeStep, explainFailure, idTokenRules } from "tti-exchange";
import { ConfigError, readConfig } from "../../../src/config.ts";
import { shownFinding } from "../../../src/console/finding_words.ts";
import { OperationError } from "../../../src/errors.ts";
import {
  checkAccessor,
  checkAwsSide,
  findNoAccessor,
  findNoClient,
  findNoRole,
} from "../../../src/onboarding/doctor/aws_checks.ts";
import { checkConnections } from "../../../src/onboarding/doctor/connection_checks.ts";
import type { Finding } from "../../../src/onboarding/doctor/finding.ts";
import {
  checkInstallation,
  checkReadiness,
  findConfigFaults,
  findStoreFault,
} from "../../../src/onboarding/doctor/installation_checks.ts";
import { checkLogouts } from "../../../src/onboarding/doctor/logout_checks.ts";
import { checkMail, type MailFacts } from "../../../src/onboarding/doctor/mail_checks.ts";
import { rulesOf } from "../../../src/onboarding/doctor/profile.ts";
import { checkTenant, type TenantFacts } from "../../../src/onboarding/doctor/tenant_checks.ts";
import { broken, installed } from "./broken_rules.ts";

const acme = {
  id: "acme",
  name: "Acme",
  loginMethod: "handoff",
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
} as const;

function configFaults(): Finding[] {
  try {
    readConfig({ TTI_ISSUER: "https://login.example.com/x?", TTI_CLIENT_ID: "isv", PORT: "many" });
  } catch (error) {
    if (error instanceof ConfigError) return findConfigFaults(error);
    throw error;
  }
  return assert.fail("the settings can be used");
}

const probe = (name: AwsProbe["name"]): AwsProbe => ({
  name,
  outcome: "failed",
  seen: `seen of ${name}`,
  explanation: explainFailure(
    "assume-role-with-tag",
    {
      ...{ name: "AccessDenied", httpStatusCode: 403, text: "", noAnswer: false },
      ...{ oauthError: undefined, reason: undefined, region: undefined, requestId: undefined },
    },
    {},
  ),
});
const endedAt = (step: ExchangeStep) =>
  checkAccessor({
    passages: 0,
    error: new AwsStepError({
      code: "aws_error",
      step,
      message: `it ended at ${step}`,
      fix: "mend it",
      causes: ["a"],
    }),
  });
const customer = (change: Partial<TenantFacts> = {}): Finding[] =>
  checkTenant({
    tenant: { name: "Acme", disabledAtMs: null, presencePolicy: { name: "never" } },
    requireVerifiedDomain: true,
    domains: [{ domain: "acme.example", proven: true }],
    members: 1,
    sharedAddresses: [],
    accessors: ["default"],
    ...change,
  });
const installation = (change: Partial<ReturnType<typeof installed>>): Finding[] =>
  checkInstallation({ ...installed(), ...change });

const server = { host: "smtp.example.com", port: 587 };
const quiet = { waiting: 0, late: null, failed: 0, lastSentAtMs: null };
const mail = (change: Partial<MailFacts>): Finding[] =>
  checkMail({ tried: undefined, outbox: quiet, ...change });

/** What each check says when it fails, and what makes it fail; where a rule of the profile does, its number. */
const failing: Readonly<Record<string, readonly [RegExp, string | (() => Finding[])]>> = {
  settings: [/^TTI_ISSUER: it is not an issuer URL AWS accepts/, configFaults],
  secrets: [/^TTI_SECRETS: /, configFaults],
  factor_secrets: [
    /^Authenticator apps that no secret of TTI_SECRETS opens: 2$/,
    () => installation({ apps: { old: 1, unreadable: 2 } }),
  ],
  store: [
    /does not answer/,
    () => [findStoreFault(new OperationError("unavailable", "The database does not answer."))],
  ],
  store_connections: [
    /^The role \(CONNECTION LIMIT\) allows 20 connections and 9 are used; one more process opens up to 12$/,
    () =>
      checkConnections(
        [
          { of: "server", atMost: 97, used: 30 },
          { of: "role", atMost: 20, used: 9 },
        ],
        { databasePoolSize: 10, preparedStatements: true },
      ),
  ],
  readiness: [
    /is too small/,
    () =>
      checkReadiness({
        url: "x",
        status: 200,
        body: "",
        json: { warnings: ["TTI_TRUSTED_PROXIES is too small"] },
      }),
  ],
  key_rotation: [
    /No next key/,
    () => installation({ keys: { ...installed().keys, warnings: ["No next key."] } }),
  ],
  aws_client: [/isv-app/, () => installation({ awsClient: undefined })],
  domain_policy: [
    /TTI_REQUIRE_VERIFIED_DOMAIN is off/,
    () => checkInstallation(installed({ TTI_REQUIRE_VERIFIED_DOMAIN: "off" })),
  ],
  tenant_domains: [/No domain is verified for acme/, () => installation({ tenants: [{ ...acme }] })],
  login_page: [
    /The users of acme log in at your page, and TTI_LOGIN_URL names none/,
    () => installation({ tenants: [{ ...acme }] }),
  ],
  sign_in_attacks: [
    /noticed: network \(1\)$/,
    () => installation({ signIns: { refused: 60, attacks: ["network"] } }),
  ],
  mail_server: [
    /^The name of the mail server smtp\.example\.com:587 is not known$/,
    () => mail({ tried: { server, trial: { step: "name", tls: false } } }),
  ],
  outbox: [/^Mail was given up in the last 24 hours: 3$/, () => mail({ outbox: { ...quiet, failed: 3 } })],
  logouts: [
    /^Logouts that applications were not told of, given up in the last 24 hours: 3; the latest of shop$/,
    () => [checkLogouts({ late: null, failed: { logouts: 3, clientId: "shop" } })],
  ],
  shared_addresses: [
    /2 members of acme carry the address ann@acme\.example/,
    () => installation({ sharedAddresses: [{ tenantId: "acme", address: "ann@acme.example", accounts: 2 }] }),
  ],
  issuer: [/^The issuer has a query or fragment$/, "I-1"],
  addresses: [/leads to 10\.0\.0\.1, which is in a private network/, "I-2"],
  tls: [/certificate is good until 2026-11-26 only/, "I-3"],
  discovery: [/redirects \(302\) to "\/x"/, "I-4"],
  algorithms: [/may leave ID tokens unsigned/, "I-7"],
  host: [/repeats the host name of the request/, "I-8"],
  sizes: [/has 65537 bytes/, "I-9"],
  clock: [/clock is 31 s ahead of this machine's/, "I-10"],
  keys: [/jwks answers 404/, "K-1"],
  signing_key: [/The key that signs, k9, is not published/, "K-5"],
  rotation_lead: [/is published 1 hours before it signs/, "K-6"],
  caching: [/carries no Cache-Control max-age/, "K-7"],
  "token.form": [/signed JWT|three/i, "T-1"],
  "token.signature": [/k2/, "T-2"],
  "token.too_large": [/8192/, "T-3"],
  "token.algorithm": [/RS512/, "T-4"],
  "token.kid_missing": [/kid/, "T-5"],
  "token.malformed": [/crit/, "T-6"],
  "token.issuer": [/https:\/\/login\.example\.com\//, "T-7"],
  "token.audience": [/isv-app/, "T-8"],
  "token.sub_missing": [/sub/, "T-9"],
  "token.mapped_claim_missing": [/email/, "T-10"],
  "token.jti_missing": [/jti/, "T-11"],
  "token.claim_malformed": [/auth_time/, "T-12"],
  "token.email_unverified": [/verified/, "T-13"],
  "token.exp_missing": [/exp/, "T-14"],
  "token.clocks_differ": [/60 s|future/, "T-15"],
  "token.expired": [/expired/i, "T-16"],
  "token.not_yet_valid": [/nbf|valid/, "T-17"],
  "token.tenant_missing": [/tenant_id/, "T-18"],
  "token.email_unconfirmed": [/email_verified/, "T-19"],
  "token.jti_short": [/jti/, "T-20"],
  "token.iat_missing": [/iat/, "T-21"],
  "token.long_lived": [/86400|24|hour/, "T-22"],
  "token.auth_time_missing": [/auth_time/, "T-23"],
  "aws.identity": [/seen of identity/, () => checkAwsSide([probe("identity")])],
  "aws.role": [/^TTI_ROLE_ARN is not set$/, () => [findNoRole()]],
  "aws.tag": [/seen of tag/, () => checkAwsSide([probe("tag")])],
  "aws.context": [/seen of context/, () => checkAwsSide([probe("context")])],
  "aws.exchange": [/seen of exchange/, () => checkAwsSide([probe("exchange")])],
  "tenant.state": [
    /^Acme is switched off$/,
    () => customer({ tenant: { name: "Acme", disabledAtMs: 1, presencePolicy: { name: "never" } } }),
  ],
  "tenant.domains": [
    /^Waiting for its DNS record: waits\.example$/,
    () => customer({ domains: [{ domain: "waits.example", proven: false }] }),
  ],
  "tenant.people": [/^Nobody belongs to it yet$/, () => customer({ members: 0 })],
  "tenant.addresses": [
    /^2 accounts carry the address ann@acme\.example$/,
    () => customer({ sharedAddresses: [{ address: "ann@acme.example", accounts: 2 }] }),
  ],
  "tenant.accessors": [/^No data accessor is entered$/, () => customer({ accessors: [] })],
  "tenant.accessor": [
    /has no data accessor/,
    () => [findNoAccessor(new OperationError("accessor_not_found", "The tenant acme has no data accessor."))],
  ],
  "tenant.client": [/^No application may act for the people of acme$/, () => [findNoClient("acme")]],
  "tenant.token": [
    /is not logged in/,
    () =>
      checkAccessor({
        passages: 0,
        error: new OperationError("presence_required", "The user is not logged in."),
      }),
  ],
  "tenant.tag": [/ended at assume-role-with-tag/, () => endedAt("assume-role-with-tag")],
  "tenant.exchange": [/ended at create-token-with-iam/, () => endedAt("create-token-with-iam")],
  "tenant.context": [/ended at assume-role-with-context/, () => endedAt("assume-role-with-context")],
  "tenant.search": [/ended at search-relevant-content/, () => endedAt("search-relevant-content")],
};

for (const [check, [message, fixture]] of Object.entries(failing)) {
  test(`${check} fails by its fixture: what was seen, why it matters, what to do`, async () => {
    const findings = await (typeof fixture === "string" ? broken[fixture]?.() : fixture());
    const told = findings?.find((one) => one.check === check && /^(?:failed|warning)$/.test(one.outcome));
    assert.ok(told, JSON.stringify(findings?.filter(({ outcome }) => outcome !== "passed")));
    assert.match(told.message, message);
    assert.ok(told.cause && told.fix, JSON.stringify(told));
    const shown = shownFinding({ ...told, rules: rulesOf(told) });
    assert.doesNotMatch(`${shown.text} ${shown.why} ${shown.fix}`, /\btti [a-z]/, "the console names pages");
    assert.ok((shown.fix?.length ?? 0) > 5 && !shown.fix?.startsWith("The people who run the command line"));
    if (check.startsWith("tenant.") && findings?.some((one) => one.check === "tenant.state")) {
      assert.doesNotMatch(`${told.message} ${told.cause} ${told.fix}`, /\btti |TTI_/, "customers read it");
    }
  });
}

// What tells and never complains.
const tellOnly = ["presence", "tenant.presence"];

test("no check of the source is without a failing fixture", () => {
  const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  const folder = join(root, "src/onboarding/doctor");
  const sources = globSync("*.ts", { cwd: folder }).map((path) => readFileSync(join(folder, path), "utf8"));
  const named = sources.flatMap((text) => [
    // Names of checks where findings are made, and in tables: `aws.role`, `tenant.search`.
    ...text.matchAll(/\b(?:passed|failed|warning|information|reachability)\(\s*"([\w.]+)"/g),
    ...text.matchAll(/"((?:aws|tenant)\.[a-z_]+)"/g),
    ...text.matchAll(/const check = "([\w.]+)"/g),
  ]);
  const ids = new Set([
    ...named.map(([, id = ""]) => id),
    ...idTokenRules.map(({ name }) => `token.${name}`),
    "settings",
    "secrets",
  ]);
  assert.ok(ids.size > 55, [...ids].join());
  assert.deepEqual(
    [...ids].filter((id) => failing[id] === undefined && !tellOnly.includes(id)),
    [],
  );
  assert.deepEqual(
    Object.keys(failing).filter((id) => !ids.has(id)),
    [],
  );
});
