// Whatever is wrong with what was typed is told by the option or the argument it was typed for, never by the name that
// the operation's input has for it. Every command that administers, every option and argument.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { errorCatalogue } from "../../src/errors.ts";
import { findCommands } from "../edge/inventory.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { typed } from "../support/typed.ts";

let store: TestDatabase;
let place: string;

before(async () => {
  store = await openTestDatabase("sqlite");
  place = mkdtempSync(join(tmpdir(), "tti-told-"));
  await run(["tenant", "create", "acme"]);
});
after(async () => {
  rmSync(place, { recursive: true, force: true });
  await store.close();
});

interface Told {
  code?: string;
  message?: string;
  field?: string;
  fix?: string;
}

async function run(words: string[]): Promise<Told | undefined> {
  const environment = { TTI_MODE: "development", ...store.environment };
  const ended = await typed([...words, "--json"], { environment, folder: place, stdin: "short" });
  return ended.stdout === "" ? undefined : ended.json<{ error?: Told }>().error;
}

// But `audit follow`, which goes on until it is stopped: its options are those of `audit export`.
const administers =
  /^(?!audit follow)(tenant|user|member|domain|client|resource|accessor|audit|offboard)(?: |$)/;
const usual: Record<string, string> = {
  tenant: "acme",
  email: "new@acme.example",
  name: "Acme",
  "redirect-uri": "https://a.example/cb",
};

describe("a fault of what was typed", () => {
  it("is told by the option or argument, whatever is typed for it", async () => {
    let count = 0;
    for (const command of (await findCommands()).filter(({ name }) => administers.test(name))) {
      const known = [
        ...command.options.map((name) => `--${name}`),
        ...command.arguments.map((name) => name.replace(/[…?]/, "")),
      ];
      for (const target of [...command.options, ...command.arguments]) {
        for (const value of ["a\u0007b", "x".repeat(5_000), "no@such", "-1"]) {
          const given = command.arguments.map((name) => (name === target ? value : "acme"));
          const options = command.options
            .filter((name) => name === target || usual[name] !== undefined)
            .map((name) => `--${name}=${name === target ? value : usual[name]}`);
          const told = await run(
            [...command.name.split(" "), ...options, "--", ...given].filter((w) => w !== "--"),
          );
          if (told?.code !== "invalid_input") continue;
          const what = `tti ${command.name} ${target} ${value.slice(0, 20)}: ${told.message} ${told.fix}`;
          assert.ok(told.field !== undefined && known.includes(told.field), `${what} (${told.field})`);
          assert.doesNotMatch(`${told.message} ${told.fix}`, /\b[a-z]+[A-Z]/, what);
          assert.notEqual(told.fix, errorCatalogue.invalid_input.fix, what);
          count += 1;
        }
      }
    }
    assert.ok(count > 40, `${count} faults were told`);
  });

  const native = ["client", "create", "--redirect-uri", "http://127.0.0.1/cb", "--auth-method", "none"];
  for (const [words, field, message] of [
    [[...native, "--no-pkce"], "--no-pkce", "--no-pkce: only a confidential client may go without PKCE."],
    [
      [...native, "--no-rotation"],
      "--no-rotation",
      "--no-rotation: only a confidential client may keep one refresh token.",
    ],
    [["client", "create", "--redirect-uri", "x", "--native"], "--redirect-uri", /^--redirect-uri /],
    [
      ["client", "create", "--admin", "--native", "--auth-method", "client_secret_basic"],
      "--native",
      "--native: an application on people's machines needs --auth-method none.",
    ],
    [["client", "create", "--mint-for", "no/tenant"], "--mint-for", /^--mint-for is not a tenant id/],
    [["client", "create", "--admin", "--jwks", "jwks.json"], "--jwks", "--jwks (/keys/0/kty) is missing."],
    [
      ["user", "create", "--email", "a@acme.example", "--tenant", "acme", "--role", "owner"],
      "--role",
      "--role must be one of member, admin.",
    ],
    [
      ["user", "create", "--email", "a@acme.example", "--tenant", "nope"],
      "--tenant",
      "No tenant has this id.",
    ],
    [
      ["user", "create", "--email", "a@acme.example", "--password-stdin"],
      "--password-stdin",
      /^--password-stdin /,
    ],
    [["tenant", "show", "nope"], "ID", "No tenant has this id."],
    [
      ["tenant", "list", "--sort", "created", "--search", "ac"],
      "--sort",
      "--sort cannot stand beside --search.",
    ],
    [
      ["tenant", "list", "--descending"],
      "--descending",
      "--descending turns an order around, and --sort names none.",
    ],
    [["session", "revoke"], "SESSION", "SESSION is missing, and so is --user."],
    [["doctor", "--error", ""], "--error", "--error is empty."],
    [
      ["audit", "list", "--outcome", "done", "--type", "admin.refused"],
      "--outcome",
      /^--outcome can never be/,
    ],
    [["accessor", "show", "--tenant", "acme", "--name", "nope"], "--name", /no data accessor/],
  ] as const) {
    it(`is told as ${field}: tti ${words.join(" ")}`, async () => {
      writeFileSync(join(place, "jwks.json"), '{"keys":[{"kid":"1"}]}');
      const told = await run([...words]);
      assert.equal(told?.field, field, JSON.stringify(told));
      if (typeof message === "string") assert.equal(told.message, message);
      else assert.match(told.message ?? "", message);
    });
  }

  it("is told with what may be done by option, and with nothing that is meant for another face", async () => {
    await run(["user", "create", "--email", "boss@acme.example", "--tenant", "acme", "--role", "admin"]);
    const told = await run(["member", "remove", "boss@acme.example", "--tenant", "acme"]);
    assert.equal(told?.code, "last_admin");
    assert.match(told?.fix ?? "", /may be without: --allow-no-admin\.$/);
    const both = await run(["audit", "list", "--outcome", "done", "--type", "admin.refused"]);
    assert.equal(both?.fix, "Leave one of the two out: --type, or --outcome.");
  });
});
