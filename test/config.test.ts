// The settings: what is accepted, every fault at once with its fix, and the page generated from them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ConfigError, readConfig } from "../src/config.ts";
import { traceSettingsOf } from "../src/observability/trace_settings.ts";
import { settings } from "../src/settings.ts";

const secret = randomBytes(32).toString("base64");
const production = {
  TTI_ISSUER: "https://login.isv.example",
  TTI_SECRETS: secret,
  TTI_TRUSTED_PROXIES: "1",
  TTI_CLIENT_ID: "isv",
};

function faultsOf(environment: Record<string, string>): Record<string, string> {
  try {
    readConfig(environment, "production");
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return Object.fromEntries(error.faults.map((fault) => [fault.setting, `${fault.problem}. ${fault.fix}`]));
  }
  return {};
}

describe("the settings", () => {
  test("need nothing at all in development", () => {
    const config = readConfig({});
    assert.equal(config.mode, "development");
    assert.equal(config.issuer, "http://localhost:3000");
    assert.equal(config.requireVerifiedDomain, false);
  });

  test("demand a second factor of console and portal in production, unless they say otherwise", () => {
    const of = ({ consoleFactor, portalFactor }: ReturnType<typeof readConfig>) => [
      consoleFactor,
      portalFactor,
    ];
    assert.deepEqual(of(readConfig({})), ["optional", "optional"]);
    assert.deepEqual(of(readConfig(production, "production")), ["required", "required"]);
    const waived = { ...production, TTI_CONSOLE_FACTOR: "optional" };
    assert.deepEqual(of(readConfig(waived, "production")), ["optional", "required"]);
    const other = { ...production, TTI_PORTAL_FACTOR: "optional" };
    assert.deepEqual(of(readConfig(other, "production")), ["required", "optional"]);
    assert.match(
      faultsOf({ ...production, TTI_CONSOLE_FACTOR: "off" })["TTI_CONSOLE_FACTOR"] ?? "",
      /required/,
    );
  });

  test("say how many processes serve: a number, or auto", () => {
    assert.equal(readConfig({}).workers, 1);
    assert.equal(readConfig({ TTI_WORKERS: "auto" }).workers, "auto");
    assert.equal(readConfig({ TTI_WORKERS: "128" }).workers, 128);
    for (const value of ["0", "129", "two", "1.5", "-1", "AUTO"]) {
      const fault = faultsOf({ ...production, TTI_WORKERS: value })["TTI_WORKERS"];
      assert.match(fault ?? "", /is neither auto nor a whole number from 1 to 128/, value);
    }
  });

  test("say the mode: the caller before TTI_MODE, that before what looks like production", () => {
    const modeOf = (environment: Record<string, string>, insist?: "production" | "development") => {
      const needed = { ...production, TTI_ISSUER: "", ...environment };
      return readConfig(needed, insist).mode;
    };
    assert.equal(modeOf({}), "development");
    const seeming = { TTI_ISSUER: production.TTI_ISSUER };
    assert.equal(modeOf(seeming), "production");
    for (const own of ["http://localhost:3100", "http://127.0.0.1:3100"])
      assert.equal(modeOf({ TTI_ISSUER: own }), "development", own);
    for (const other of ["https://localhost:3100", "http://localhost.example", "no address"])
      assert.throws(() => assert.equal(modeOf({ TTI_ISSUER: other }), "development"), other);
    assert.throws(() => modeOf({ NODE_ENV: "production" }), /TTI_ISSUER: it is required in production/);
    assert.equal(modeOf({ NODE_ENV: "production", TTI_MODE: "development" }), "development");
    assert.equal(modeOf({ ...seeming, TTI_MODE: "development" }), "development");
    assert.equal(modeOf({ ...seeming, TTI_MODE: "development" }, "production"), "production");
  });

  test("are what the table lists, and nothing else", () => {
    assert.deepEqual(Object.keys(readConfig({})).sort(), ["mode", ...Object.keys(settings)].sort());
  });

  test("know who reads the metrics by keys that nobody guesses, and repeat none", () => {
    assert.deepEqual(readConfig(production).metricsKeys, []);
    const [one, other] = [secret, randomBytes(32).toString("hex")];
    assert.deepEqual(readConfig({ ...production, TTI_METRICS: `${one}, ${other}` }).metricsKeys, [
      one,
      other,
    ]);
    for (const [value, fault] of [
      ["on", /key 1 has fewer than 32 characters/],
      [`${one},short-hunter2`, /key 2 has fewer than 32/],
      ["hunterhunter2hunterhunterhunterhunter", /key 1 is not random/],
      [`${one} ${other}`, /key 1 cannot be sent as a bearer token/],
    ] as const) {
      const told = faultsOf({ ...production, TTI_METRICS: value })["TTI_METRICS"] ?? "";
      assert.match(told, fault);
      assert.doesNotMatch(told, /hunter|[0-9a-f]{32}/);
    }
  });

  test("know where traces go by OpenTelemetry's own names, and repeat no header", () => {
    const sent = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20aGk=, x-tenant=a%2Cb",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=production,k=v=w",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.05",
    };
    const traced = traceSettingsOf(readConfig({ ...production, ...sent }), "i");
    assert.deepEqual(traced, {
      endpoint: "http://collector:4318/v1/traces",
      headers: { authorization: "Basic aGk=", "x-tenant": "a,b" },
      resource: {
        "service.name": "tti-provider",
        "service.instance.id": "i",
        "deployment.environment.name": "production",
        k: "v=w",
      },
      sampler: "parentbased_traceidratio",
      ratio: 0.05,
      delayMs: 2_000,
      joins: [],
    });
    const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c.example/x", OTEL_SERVICE_NAME: "login" };
    const { endpoint, resource } = traceSettingsOf(readConfig({ ...production, ...sent, ...own }), "i") ?? {};
    assert.deepEqual([endpoint, resource?.["service.name"]], ["https://c.example/x", "login"]);
    for (const off of [{ OTEL_SDK_DISABLED: "true" }, { OTEL_TRACES_EXPORTER: "none" }])
      assert.equal(traceSettingsOf(readConfig({ ...production, ...sent, ...off }), "i"), undefined);
    assert.equal(traceSettingsOf(readConfig(production), "i"), undefined);
    for (const [name, value, fault] of [
      ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", /scheme|http/],
      ["OTEL_EXPORTER_OTLP_HEADERS", "authorization", /pair 1 is no name=value/],
      ["OTEL_EXPORTER_OTLP_HEADERS", "a=b,hunter2", /pair 2 is no name=value/],
      ["OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2%0d%0ab", /pair 1/],
      ["OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2%E0", /pair 1/],
      ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", /"grpc" is not known/],
      ["OTEL_TRACES_SAMPLER", "often", /"often" is not known/],
      ["OTEL_TRACES_SAMPLER_ARG", "1.5", /no number from 0 to 1/],
      ["OTEL_BSP_SCHEDULE_DELAY", "0", /1 to 60000/],
      ["TTI_TRACE_JOIN_NETWORKS", "10.0.0.0", /no CIDR range/],
    ] as const) {
      const told = faultsOf({ ...production, [name]: value })[name] ?? "";
      assert.match(told, fault, name);
      assert.doesNotMatch(told, /hunter/);
    }
  });

  test("know a mail server, and whom mail is from, of which one is of no use without the other", () => {
    const mail = { SMTP_URL: "smtp://me:p%40ss@smtp.isv.example", TTI_MAIL_FROM: "ISV <login@isv.example>" };
    const { smtp, mailFrom } = readConfig({ ...production, ...mail });
    const server = { host: "smtp.isv.example", port: 587, implicitTls: false, requireTls: true };
    assert.deepEqual(smtp, { ...server, user: "me", password: "p@ss" });
    assert.deepEqual(mailFrom, { name: "ISV", address: "login@isv.example" });
    const { TTI_MAIL_FROM: _, ...alone } = mail;
    assert.match(
      faultsOf({ ...production, ...alone })["TTI_MAIL_FROM"] ?? "",
      /it is required with SMTP_URL/,
    );
    assert.equal(readConfig(production).smtp, undefined);
    const requires = (url: string) => readConfig({ ...production, ...mail, SMTP_URL: url }).smtp?.requireTls;
    assert.deepEqual(
      ["smtp://relay.isv.example", "smtp://127.0.0.1:25", "smtps://relay.isv.example"].map(requires),
      [true, false, false],
    );
  });

  test("tell what is wrong with a mail server, and no password", () => {
    for (const [url, fault] of [
      ["http://smtp.isv.example", /begins with smtp:\/\/ or smtps/],
      ["smtp://smtp.isv.example/path", /more than user, password, host and port/],
      ["smtp://hunter2@smtp.isv.example", /user name without a password/],
      ["smtp://me:hunter2%@smtp.isv.example", /a % that stands for nothing/],
    ] as const) {
      const told =
        faultsOf({ ...production, SMTP_URL: url, TTI_MAIL_FROM: "a@isv.example" })["SMTP_URL"] ?? "";
      assert.match(told, fault);
      assert.doesNotMatch(told, /hunter2/);
    }
    for (const from of ["login", "a@isv.example, b@isv.example", "ISV <a@isv.example>\r\nBcc: x@y.example"]) {
      assert.ok(faultsOf({ ...production, TTI_MAIL_FROM: from })["TTI_MAIL_FROM"], from);
    }
  });

  test("read what stands in the file that NAME_FILE names", () => {
    const folder = mkdtempSync(join(tmpdir(), "tti-config-"));
    const file = join(folder, "smtp");
    writeFileSync(file, "smtp://127.0.0.1:2525\n");
    const given = { ...production, TTI_MAIL_FROM: "login@isv.example", SMTP_URL_FILE: file };
    assert.equal(readConfig(given).smtp?.port, 2525);
    assert.match(faultsOf({ ...given, SMTP_URL: "smtp://x" })["SMTP_URL_FILE"] ?? "", /SMTP_URL is set too/);
    assert.match(faultsOf({ ...given, SMTP_URL_FILE: `${file}.gone` })["SMTP_URL_FILE"] ?? "", /ENOENT/);
    const { TTI_SECRETS, ...others } = production;
    writeFileSync(file, `${TTI_SECRETS}\n`);
    assert.equal(readConfig({ ...others, TTI_SECRETS_FILE: file }).secrets.length, 1);
    writeFileSync(file, "postgres://tti@db/tti");
    assert.equal(readConfig({ ...production, DATABASE_URL_FILE: file }).databaseUrl, "postgres://tti@db/tti");
    // Never the embedded store in place of a database that could not be read.
    assert.ok(faultsOf({ ...production, DATABASE_URL_FILE: `${file}.gone` })["DATABASE_URL_FILE"]);
    writeFileSync(file, "\n");
    assert.match(faultsOf(given)["SMTP_URL_FILE"] ?? "", /its file is empty/);
    rmSync(folder, { recursive: true });
  });

  test("refuse an audience nobody chose, in production only", () => {
    assert.match(
      faultsOf({ ...production, TTI_CLIENT_ID: "" })["TTI_CLIENT_ID"] ?? "",
      /required in production/,
    );
    assert.match(
      faultsOf({ ...production, TTI_CLIENT_ID: "tti-demo" })["TTI_CLIENT_ID"] ?? "",
      /is the demo's/,
    );
    assert.equal(readConfig({}).clientId, "tti-demo");
  });

  test("leave alone what the examples export for their own programs", () => {
    assert.equal(readConfig({ TTI_ADMIN_URL: "http://localhost:3001" }).mode, "development");
  });

  test("name every missing and malformed one at once", () => {
    const faults = faultsOf({ PORT: "eighty", TTI_LOG_LEVEL: "loud", TTI_ALLOW_NETWORKS: "10.0.0.0" });
    assert.deepEqual(Object.keys(faults).sort(), [
      "PORT",
      "TTI_ALLOW_NETWORKS",
      "TTI_CLIENT_ID",
      "TTI_ISSUER",
      "TTI_LOG_LEVEL",
      "TTI_SECRETS",
      "TTI_TRUSTED_PROXIES",
    ]);
    assert.match(faults["PORT"] ?? "", /"eighty" is not a whole number from 0 to 65535/);
  });

  test("take how many connections there may be", () => {
    assert.equal(readConfig({}).mostConnections, 4096);
    assert.equal(readConfig({ TTI_CONNECTIONS: "100" }).mostConnections, 100);
    assert.match(faultsOf({ ...production, TTI_CONNECTIONS: "3" })["TTI_CONNECTIONS"] ?? "", /16 to 1000000/);
  });

  test("take a rate of token requests, or none", () => {
    assert.equal(readConfig({}).tokenRate, undefined);
    assert.equal(readConfig({ TTI_TOKEN_RATE: "50" }).tokenRate, 50);
    assert.match(faultsOf({ ...production, TTI_TOKEN_RATE: "0" })["TTI_TOKEN_RATE"] ?? "", /1 to 100000/);
  });

  test("name every fault of one value at once", () => {
    const issuer = faultsOf({ ...production, TTI_ISSUER: "http://me:pw@Login.isv.example/sso?x=1/" })[
      "TTI_ISSUER"
    ];
    for (const part of [
      /user name or password/,
      /ends with a slash/,
      /without query or fragment/,
      /more than scheme, host and port/,
      /not https/,
      /Put TLS in front/,
    ]) {
      assert.match(issuer ?? "", part);
    }
    const networks = faultsOf({ ...production, TTI_ALLOW_NETWORKS: "10.0.0.0,192.0.2.0/24,x/8" });
    assert.match(networks["TTI_ALLOW_NETWORKS"] ?? "", /"10\.0\.0\.0" is no CIDR range; "x\/8" is no/);
    const secrets = faultsOf({ ...production, TTI_SECRETS: `short,${secret},shorter` });
    assert.match(secrets["TTI_SECRETS"] ?? "", /key 1 is not 32 bytes in base64; key 3 is not/);
  });

  test("tell an issuer one fault where it has one", () => {
    for (const [value, fault] of [
      ["https://login.isv.example/", /^it ends with a slash, and AWS compares issuers byte by byte\. Remove/],
      ["https://login.isv.example/sso", /^it is more than scheme, host and port in lower case\. Give/],
      ["http://login.isv.example", /^it is not https\. Put/],
      ["https://login.isv.example/.well-known/openid-configuration", /^it contains the discovery path\. Le/],
      ["https://me:pw@login.isv.example", /^it holds a user name or password\. Remove it\.$/],
      ["https://login.isv.example?x=1", /^it is not an issuer URL AWS accepts\. Use/],
    ] as const) {
      assert.match(faultsOf({ ...production, TTI_ISSUER: value })["TTI_ISSUER"] ?? "", fault, value);
    }
  });

  test("say which name a misspelt one meant", () => {
    assert.match(faultsOf({ ...production, TTI_ISUER: "x" })["TTI_ISUER"] ?? "", /Did you mean TTI_ISSUER\?/);
  });

  test("are frozen once read", () => {
    assert.throws(() => Object.assign(readConfig(production), { port: 1 }), TypeError);
  });

  test("take no secret that chance did not make, in production", () => {
    for (const bytes of [
      Buffer.alloc(32),
      Buffer.alloc(32, 7),
      Buffer.from("secret".repeat(6)).subarray(0, 32),
    ]) {
      const value = `${secret},${bytes.toString("base64")}`;
      assert.match(
        faultsOf({ ...production, TTI_SECRETS: value })["TTI_SECRETS"] ?? "",
        /key 2 is not random/,
      );
      assert.equal(readConfig({ TTI_SECRETS: value }, "development").secrets.length, 2);
    }
    for (let time = 0; time < 200; time += 1)
      readConfig({ ...production, TTI_SECRETS: randomBytes(32).toString("base64") });
  });

  test("never repeat a secret in an error", () => {
    const faults = faultsOf({
      ...production,
      TTI_SECRETS: "hunter2",
      DATABASE_URL: "mysql://user:hunter2@db/x",
    });
    assert.deepEqual(Object.keys(faults).sort(), ["DATABASE_URL", "TTI_SECRETS"]);
    assert.ok(!JSON.stringify(faults).includes("hunter2"));
  });

  test("accept several sealing keys, newest first", () => {
    const other = Buffer.alloc(32, 9).toString("base64");
    const first = Buffer.alloc(32, 7).toString("base64");
    const config = readConfig({ TTI_SECRETS: `${first}, ${other}` });
    assert.deepEqual(
      config.secrets.map((key) => key[0]),
      [7, 9],
    );
  });

  const badIssuers: Record<string, RegExp> = {
    "https://login.isv.example/": /ends with a slash/,
    "https://login.isv.example/.well-known/openid-configuration": /discovery path/,
    "http://login.isv.example": /not https/,
    "http://localhost:3000": /not https/,
    "https://login.isv.example/oidc": /more than scheme, host and port/,
    "https://LOGIN.isv.example": /lower case/,
    "https://login.isv.example?x=1": /not an issuer URL AWS accepts/,
    "https://user:pass@login.isv.example": /user name or password/,
    "login.isv.example": /not a URL/,
  };
  for (const [issuer, expected] of Object.entries(badIssuers)) {
    test(`refuse the issuer ${issuer}`, () => {
      assert.match(faultsOf({ ...production, TTI_ISSUER: issuer })["TTI_ISSUER"] ?? "", expected);
    });
  }

  test("refuse a tenant claim that AWS cannot map or that has another meaning", () => {
    for (const name of [
      "https://x/tenant",
      "tenant-id",
      "tenant1",
      "a_b_c_d",
      "email",
      "sub",
      "at_hash",
      "act",
    ]) {
      assert.ok(faultsOf({ ...production, TTI_TENANT_CLAIM: name })["TTI_TENANT_CLAIM"], name);
    }
    assert.equal(readConfig({ ...production, TTI_TENANT_CLAIM: "org.tenant" }).tenantClaim, "org.tenant");
  });
});
