// `tti serve`: refuses what production must not start with, says so where its log is read, serves, and stops in order. Each
// refused start is a process of two seconds: by day a third of the cases of the two tables.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { runCli } from "../../src/cli/run_cli.ts";
import { shareOfToday } from "../support/share_of_day.ts";
import { openTerminal, type TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal, typed } from "../support/typed.ts";

const settings = {
  TTI_ISSUER: "https://login.example.com",
  TTI_SECRETS: randomBytes(32).toString("base64"),
  TTI_TRUSTED_PROXIES: "1",
  TTI_CLIENT_ID: "isv",
  TTI_HOST: "127.0.0.1",
  PORT: "0",
  TTI_ADMIN_PORT: "0",
};

const migrate = ({ environment, dataDir }: TestTerminal) =>
  typed(["migrate", "up"], { environment, folder: dataDir });

/** The line of the log that says why it does not serve; every other line must be JSON too. */
function failedStart(stderr: string): Record<string, unknown> {
  const lines = stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const fatal = lines.filter(({ level }) => level === "fatal");
  assert.equal(fatal.length, 1, stderr);
  return fatal[0] ?? {};
}

describe("tti serve", () => {
  it("refuses to start without issuer and secrets, naming both at once", async () => {
    const terminal = openTerminal();
    try {
      const { exitCode, stdout, stderr } = await terminal.tti("serve");
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /TTI_ISSUER: it is required in production/);
      assert.match(stderr, /TTI_SECRETS: it is required in production/);
      assert.match(stderr, /TTI_TRUSTED_PROXIES: it is required in production/);
      assert.equal(failedStart(stderr)["code"], "invalid_config");
    } finally {
      terminal.close();
    }
  });

  const refused = [
    ["an issuer without TLS", { TTI_ISSUER: "http://login.example.com" }, /TTI_ISSUER: it is not https/],
    ["an issuer with a slash at its end", { TTI_ISSUER: "https://login.example.com/" }, /ends with a slash/],
    ["a secret that is too short", { TTI_SECRETS: "c2hvcnQ=" }, /TTI_SECRETS: key 1 is not 32 bytes/],
  ] as const;
  for (const [what, change, problem] of shareOfToday(refused, refused.length)) {
    it(`refuses ${what}, and does not repeat a secret`, async () => {
      const terminal = openTerminal({ ...settings, ...change });
      try {
        const { exitCode, stderr } = await terminal.tti("serve");
        assert.equal(exitCode, 1);
        assert.match(stderr, problem);
        assert.ok(!stderr.includes(terminal.environment["TTI_SECRETS"] ?? ""));
      } finally {
        terminal.close();
      }
    });
  }

  it("refuses a database that is not migrated, then serves it migrated, and ends on SIGTERM", async () => {
    const terminal = openTerminal(settings);
    try {
      const early = await terminal.tti("serve");
      assert.equal(early.exitCode, 1);
      assert.match(String(failedStart(early.stderr)["fix"]), /tti migrate up/);
      assert.equal((await migrate(terminal)).exitCode, 0);

      const running = terminal.start("serve --json");
      const { localUrl } = JSON.parse(await running.printed("\n}\n")) as { localUrl: string };
      const discovery = await fetch(`${localUrl}/.well-known/openid-configuration`);
      const { issuer, jwks_uri } = (await discovery.json()) as Record<string, string>;
      assert.deepEqual([issuer, jwks_uri], ["https://login.example.com", "https://login.example.com/jwks"]);
      assert.equal((await fetch(`${localUrl}/health/ready`)).status, 200);
      const ended = once(running.process, "exit");
      running.process.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
      const { stdout, stderr } = await running.stop();
      assert.ok(!`${stdout}${stderr}`.includes("/console/first"));
      assert.match(stderr, /nobody owns this installation yet.*/);
      const warned = stderr.split("\n").find((line) => line.includes("TTI_CLIENT_ID"));
      const told = JSON.parse(warned ?? "{}") as Record<string, unknown>;
      assert.deepEqual([told["level"], told["msg"]], ["warn", "No client has the id isv"]);
      assert.match(String(told["fix"]), /tti client create --id isv/);
    } finally {
      terminal.close();
    }
  });
});

describe("a start with a client for AWS", () => {
  it("that is there tells nothing of it; of one that was disabled since it does", async () => {
    const terminal = openTypedTerminal(settings);
    const warnings = async () => {
      const running = terminal.start("serve --json");
      await running.printed("\n}\n");
      return (await running.stop()).stderr.split("\n").filter((line) => line.includes("TTI_CLIENT_ID"));
    };
    try {
      for (const words of [
        "migrate up",
        "client create --id isv --first-party --redirect-uri https://isv.example/cb",
      ]) {
        assert.equal((await terminal.tti(words)).exitCode, 0, words);
      }
      assert.deepEqual(await warnings(), []);
      assert.equal((await terminal.tti("client disable isv")).exitCode, 0);
      assert.match((await warnings()).join(), /The client isv is disabled/);
    } finally {
      terminal.close();
    }
  });
});

describe("a start that fails", () => {
  const nowhere = "postgres://nobody@127.0.0.1:1/nothing";
  const failing = [
    ["a setting that cannot be used", { PORT: "many" }, "invalid_config", "PORT", /PORT: /],
    [
      "a level of the log that there is not",
      { TTI_LOG_LEVEL: "loud" },
      "invalid_config",
      "TTI_LOG_LEVEL",
      /loud/,
    ],
    ["a log that is silent", { TTI_LOG_LEVEL: "silent" }, "unavailable", undefined, /lacks the migrations/],
    ["a store out of reach", { DATABASE_URL: nowhere }, "unavailable", undefined, /store|database/i],
    ["migrations that wait", {}, "unavailable", undefined, /lacks the migrations/],
  ] as const;
  for (const [what, change, code, field, message] of shareOfToday(failing, 3)) {
    it(`is one line of the log, for ${what}`, async () => {
      const terminal = openTerminal({ ...settings, ...change });
      try {
        const { exitCode, stdout, stderr } = await terminal.tti("serve");
        const told = failedStart(stderr);
        assert.deepEqual([exitCode, stdout, told["code"], told["field"]], [1, "", code, field]);
        assert.match(String(told["msg"]), message);
        assert.match(String(told["fix"]), /\w{3,}/);
        assert.ok(!Number.isNaN(Date.parse(String(told["time"]))));
      } finally {
        terminal.close();
      }
    });
  }

  it("is one line of the log for a port that is taken, and with --json the document of the error too", async () => {
    const other = createServer();
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const terminal = openTerminal({ ...settings, PORT: String(port) });
    try {
      assert.equal((await migrate(terminal)).exitCode, 0);
      const outcome = await terminal.tti("serve --json");
      const told = failedStart(outcome.stderr);
      assert.deepEqual([outcome.exitCode, told["code"]], [1, "unavailable"]);
      assert.match(String(told["msg"]), new RegExp(`Port ${port}`));
      assert.equal(outcome.json<{ error: { code: string } }>().error.code, "unavailable");
    } finally {
      terminal.close();
      other.close();
    }
  });

  it("names the key that cannot be opened, in a field and in words", async () => {
    const terminal = openTerminal(settings);
    try {
      assert.equal((await migrate(terminal)).exitCode, 0);
      const first = terminal.start("serve --json");
      await first.printed("\n}\n");
      await first.stop();
      terminal.environment["TTI_SECRETS"] = randomBytes(32).toString("base64");
      const told = failedStart((await terminal.tti("serve")).stderr);
      assert.match(String(told["kid"]), /^[\w-]{43}$/);
      assert.ok(String(told["msg"]).includes(String(told["kid"])), String(told["msg"]));
    } finally {
      terminal.close();
    }
  });

  it("is told in words to a person at a terminal", async () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr };
    assert.equal(await runCli(["serve"], streams), 1);
    stderr.end();
    const told = await text(stderr);
    assert.match(told, /tti:.* The settings cannot be used:\n/);
    assert.match(told, /code:.* invalid_config\n/);
  });
});
