// `tti key` at the terminal, beside a running provider: what each command prints, for people and for programs,
// and with which exit code.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { RunningCommand, TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

const secret = randomBytes(32).toString("base64");
const issuer = "https://login.example.com";
// The provider makes a key within seconds; a busy machine takes its time.
const patienceMs = 150_000;

interface KeyList {
  keys: { kid: string; phase: string; kept: string }[];
}

let terminal: TestTerminal;
let server: RunningCommand;
let localUrl: string;

before(async () => {
  terminal = openTypedTerminal({
    TTI_ISSUER: issuer,
    TTI_SECRETS: secret,
    TTI_TRUSTED_PROXIES: "0",
    TTI_CLIENT_ID: "isv",
    TTI_HOST: "127.0.0.1",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
  });
  await terminal.tti("migrate up");
});
after(async () => {
  await server.stop();
  terminal.close();
});

async function list(words = ""): Promise<KeyList["keys"]> {
  return (await terminal.tti(`key list --json ${words}`)).json<KeyList & Record<string, unknown>>().keys;
}

/** Looks until there is something to see of what the provider does meanwhile. */
async function seen<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadlineMs, what);
    await setTimeout(100);
  }
}

/** The next key, once the provider has made it. */
const nextKey = (): Promise<string> =>
  seen(async () => (await list()).find((key) => key.phase === "next")?.kid, "no next key was made");

describe("tti key", { concurrency: false }, () => {
  it("says that there are no keys yet, and has nothing to publish", async () => {
    const listed = await terminal.tti("key list");
    assert.deepEqual([listed.exitCode, listed.stdout], [0, ""]);
    assert.match(listed.stderr, /no signing keys yet/);
    const published = await terminal.tti("key publish --out site");
    assert.equal(published.exitCode, 1);
    assert.match(published.stderr, /code: unavailable/);
  });

  it("lists the current and the next key once a provider runs", async () => {
    server = terminal.start("serve --json");
    ({ localUrl } = JSON.parse(await server.printed("\n}\n")) as { localUrl: string });
    await nextKey();
    assert.deepEqual(
      (await list()).map((key) => [key.phase, key.kept]),
      [
        ["next", "store"],
        ["current", "store"],
      ],
    );
  });

  it("tells in the status when the next key may sign and what the instance signs with", async () => {
    // The instance publishes the next key when it has looked at the store again.
    const { exitCode, stdout } = await seen(async () => {
      const status = await terminal.tti("key status");
      return status.stdout.includes(" in step ") ? status : undefined;
    }, "the instance does not come in step");
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, / current, signs\n/);
    assert.match(stdout, /may sign at +\d{4}-\d\d-\d\dT\S+Z \(in 90 days\)/);
    assert.match(stdout, /AWS, probably +may lack it until/);
    assert.match(stdout, / in step /);
  });

  it("writes discovery and keys as files; the running provider passes the check, a former copy does not", async () => {
    const written = await terminal.tti("key publish --out site");
    assert.equal(written.exitCode, 0, written.stderr);
    assert.match(written.stdout, /Write them again by \S+Z/);
    for (const file of ["site/jwks", "site/.well-known/openid-configuration"]) {
      assert.ok(existsSync(join(terminal.dataDir, file)), file);
    }
    const checked = await terminal.tti(`key publish --check ${localUrl}`);
    assert.equal(checked.exitCode, 0, checked.stdout);
    assert.match(checked.stdout, /serves every token signed now and next/);
    const nobody = await terminal.tti("key publish --check http://127.0.0.1:9");
    assert.equal(nobody.exitCode, 1);
    assert.match(nobody.stdout, /must be renewed now/);
  });

  it("rotates ahead of time, but not before the lead is over", async () => {
    const { exitCode, stdout } = await terminal.tti("key rotate");
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Key \S+ signs from \S+Z \(in 24 hours\)\.\n$/);
  });

  it("in an emergency says what breaks and waits until every instance follows", async () => {
    const leaked = (await list()).find((key) => key.phase === "current")?.kid ?? "";
    const { exitCode, stdout, stderr } = await terminal.tti("key rotate --emergency");
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, new RegExp(`Revoked ${leaked}`));
    assert.match(stderr, /New tokens are refused by verifiers that hold the old JWKS/);
    assert.match(stderr, /by AWS for an unknown time/);
    const signing = /^Every live instance signs with (\S+)\.\n$/.exec(stdout)?.[1];
    const { keys } = (await (await fetch(`${localUrl}/jwks`)).json()) as { keys: { kid: string }[] };
    assert.equal(keys[0]?.kid, signing);
    assert.ok(keys.every((key) => key.kid !== leaked));
  });

  it("refuses to revoke the key that signs, and one that does not exist, saying what to do", async () => {
    const current = (await list()).find((key) => key.phase === "current")?.kid ?? "";
    const refused = await terminal.tti(`key revoke -- ${current}`);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /code: key_in_use[\s\S]*tti key rotate --emergency/);
    const unknown = await terminal.tti("key revoke nobody --json");
    assert.equal(unknown.json<{ error: { code: string } }>().error.code, "key_not_found");
  });

  it("revokes a key and shows it from then on only when asked for all", async () => {
    const next = await nextKey();
    const { stdout, stderr } = await terminal.tti(`key revoke -- ${next}`);
    assert.match(stdout, /Revoked \S+ \(next\)\. No valid token/, stderr);
    assert.ok(!(await list()).some((key) => key.kid === next));
    assert.equal((await list("--all")).find((key) => key.kid === next)?.kept, "destroyed");
  });

  it("reseals with a new first secret, after which the former one may go", async () => {
    const fresh = randomBytes(32).toString("base64");
    const both = openTypedTerminal({ ...terminal.environment, TTI_SECRETS: `${fresh},${secret}` });
    const without = openTypedTerminal({ ...terminal.environment, TTI_SECRETS: fresh });
    // Beside a provider that still seals with the former secret: it makes no key any more once there is a next one.
    await nextKey();
    try {
      assert.match((await without.tti("key reseal")).stderr, /code: signing_key_unreadable/);
      assert.match(
        (await both.tti("key reseal")).stdout,
        /^Sealed anew: [12]\..* Authenticator apps sealed anew: 0\./,
      );
      assert.match((await without.tti("key reseal")).stdout, /^Sealed anew: 0\./);
    } finally {
      both.close();
      without.close();
    }
  });

  for (const [words, problem] of [
    ["key publish", /Give either --out DIR or --check URL/],
    ["key publish --out a --check b", /Give either --out DIR or --check URL/],
    ["key rotate --keep-next", /Use it with --emergency/],
    ["key rotate --local --create-kms-key", /Give one of/],
    ["key revoke", /KID is missing/],
    ["key retire", /no command tti key retire/],
  ] as const) {
    it(`does not understand "tti ${words}" and says what to write`, async () => {
      const { exitCode, stderr } = await terminal.tti(words);
      assert.equal(exitCode, 2);
      assert.match(stderr, problem);
    });
  }
});
