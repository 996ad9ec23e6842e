// `tti serve` at the terminal: refuses what production must not start with, serves, and stops in order.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { describe, it } from "node:test";
import { openTerminal } from "../support/terminal.ts";

const settings = {
  TTI_ISSUER: "https://login.example.com",
  TTI_SECRETS: randomBytes(32).toString("base64"),
  TTI_TRUSTED_PROXIES: "1",
  TTI_CLIENT_ID: "isv",
  TTI_HOST: "127.0.0.1",
  PORT: "0",
  TTI_ADMIN_PORT: "0",
};

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
      assert.match(stderr, /code: invalid_config/);
    } finally {
      terminal.close();
    }
  });

  for (const [what, change, problem] of [
    ["an issuer without TLS", { TTI_ISSUER: "http://login.example.com" }, /TTI_ISSUER: it is not https/],
    ["an issuer with a slash at its end", { TTI_ISSUER: "https://login.example.com/" }, /ends with a slash/],
    ["a secret that is too short", { TTI_SECRETS: "c2hvcnQ=" }, /TTI_SECRETS: key 1 is not 32 bytes/],
  ] as const) {
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
      assert.match(early.stderr, /fix: .*tti migrate up/);
      assert.equal((await terminal.tti("migrate up")).exitCode, 0);

      const running = terminal.start("serve --json");
      const { localUrl } = JSON.parse(await running.printed("\n}\n")) as { localUrl: string };
      const discovery = await fetch(`${localUrl}/.well-known/openid-configuration`);
      const { issuer, jwks_uri } = (await discovery.json()) as Record<string, string>;
      assert.deepEqual([issuer, jwks_uri], ["https://login.example.com", "https://login.example.com/jwks"]);
      assert.equal((await fetch(`${localUrl}/health/ready`)).status, 200);
      const ended = once(running.process, "exit");
      running.process.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
    } finally {
      terminal.close();
    }
  });
});
