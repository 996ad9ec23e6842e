// How the command line takes what is typed: help, suggestions, exit codes, one JSON document.
import assert from "node:assert/strict";
import { Readable, Writable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { commandLoaders } from "../../src/cli/commands/index.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { openTerminal, type TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

describe("the tti command", () => {
  // Processes of their own for what a process is needed for: how it starts, what it writes where, its exit code.
  let started: TestTerminal;
  let terminal: TestTerminal;
  before(() => {
    started = openTerminal();
    terminal = openTypedTerminal();
  });
  after(() => {
    started.close();
    terminal.close();
  });

  it("without words shows its help on standard error and exits 2", async () => {
    const { exitCode, stdout, stderr } = await started.tti("");
    assert.equal(exitCode, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^tti: an OpenID Provider[\s\S]*Example:\n {2}\$ tti dev\n/);
  });

  it("shows the same on standard output and exits 0 when asked for help", async () => {
    for (const words of ["--help", "-h", "help"]) {
      const { exitCode, stdout, stderr } = await terminal.tti(words);
      assert.deepEqual([exitCode, stderr], [0, ""], words);
      assert.match(stdout, /Usage: tti COMMAND/);
    }
  });

  it("tells how a value that begins with a dash is typed, as ids of keys do", async () => {
    const after = await terminal.tti(
      "client update back-end --key-out k.json --retire-key -q654Li1qG9 --json",
    );
    const ambiguous = JSON.parse(after.stdout).error;
    assert.deepEqual([after.exitCode, ambiguous.code], [2, "usage"]);
    assert.match(ambiguous.fix, /--retire-key=VALUE/);
    const alone = JSON.parse((await terminal.tti("key revoke -q654Li1qG9 --json")).stdout).error;
    assert.match(alone.fix, /put -- before/);
  });

  it("tells its version", async () => {
    for (const words of ["--version", "version"]) {
      assert.match((await started.tti(words)).stdout, /^\d+\.\d+\.\d+\n$/);
    }
  });

  it("lists every command in its help, once, as the command calls itself", async () => {
    const { stdout } = await terminal.tti("--help");
    const list = stdout.slice(stdout.indexOf("Try it\n"), stdout.indexOf("\n\nEvery command"));
    // What is typed begins two columns in; an explanation, and what a long line is broken into, further right.
    const entries = list.split(/\n(?= {2}[a-z])/).filter((entry) => /^ {2}[a-z]/.test(entry));
    const told = entries.map((entry) =>
      entry
        .trim()
        .replaceAll(/\n+[A-Z].*/g, "")
        .split(/\s+/),
    );
    const words = Object.keys(commandLoaders);
    assert.deepEqual(told.map(([word]) => word).toSorted(), words.toSorted());
    for (const [word, load] of Object.entries(commandLoaders)) {
      const entry = told.find(([first]) => first === word) ?? assert.fail(word);
      const own = (await load()).filter(({ name }) => name.split(" ")[0] === word);
      const actions = own.flatMap(({ name }) => name.split(" ").slice(1));
      const typed = entry
        .join("")
        .slice(word.length)
        .replace(/^\[|\].*/g, "");
      assert.ok(typed.startsWith(actions.join("|")), `${word}: ${typed}`);
      const alone = own.find(({ name }) => name === word);
      if (alone !== undefined) assert.ok(entry.join(" ").endsWith(alone.summary), word);
    }
    for (const line of stdout.split("\n")) assert.ok(line.length <= 100, line);
  });

  it("finds the action behind an option's value, and its own options wherever they stand", async () => {
    for (const words of ["user --tenant acme list --help", "--json domain --tenant acme list --help"]) {
      const { exitCode, stdout } = await terminal.tti(words);
      assert.equal(exitCode, 0, stdout);
      assert.match(stdout, /Usage: tti (user|domain) list/, words);
    }
  });

  it("takes no text that a store cannot keep, whatever it is typed for", async () => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const nowhere = new Terminal({ stdin: Readable.from([]), stdout: silent, stderr: silent }, true);
    for (const load of Object.values(commandLoaders)) {
      for (const command of await load()) {
        for (const name of [...command.options, ...command.arguments]) {
          for (const value of ["a\0b", "a\ud800"]) {
            const isOption = command.options.includes(name);
            const others = command.arguments.map((one) => (one === name ? value : "x"));
            const given = [...(isOption ? [`--${name}=${value}`] : []), ...others];
            const told = isOption ? `--${name}` : name.replace(/[…?]/, "");
            // No process can be given U+0000; what calls commands in its own can.
            await assert.rejects(
              command.run(given, nowhere),
              { name: "UsageError", message: `${told} holds U+0000 or half a character` },
              `${command.name} ${name}`,
            );
          }
        }
      }
    }
  });

  it("takes no password, secret or hash among the words, where every process reads it", async () => {
    for (const load of Object.values(commandLoaders)) {
      for (const { name, options, arguments: places } of await load()) {
        const telling = [...options, ...places].filter((word) => /passw|secret|hash|credential/i.test(word));
        assert.deepEqual(telling, [], name);
      }
    }
  });

  it("takes a missing option for a usage error", async () => {
    for (const words of ["domain add acme.com", "domain verify acme.com", "domain remove acme.com"]) {
      const { exitCode, stderr } = await terminal.tti(words);
      assert.deepEqual([exitCode, /--tenant is missing/.test(stderr)], [2, true], stderr);
    }
  });

  it("suggests the command that was meant", async () => {
    const { exitCode, stdout, stderr } = await started.tti("tenat list");
    assert.equal(exitCode, 2);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      "tti: there is no command tti tenat\n  code: usage\n  fix:  Did you mean tti tenant?\n",
    );
  });

  it("suggests the action that was meant, or lists them all", async () => {
    assert.match((await terminal.tti("tenant creat acme")).stderr, /Did you mean tti tenant create\?/);
    assert.match(
      (await terminal.tti("tenant abracadabra")).stderr,
      /It is one of: create, update, brand, .*list, show, /,
    );
    assert.match(
      (await terminal.tti("tenant")).stderr,
      /tti tenant needs one of: create, update, brand, .*list, show, /,
    );
  });

  it("suggests the option that was meant", async () => {
    const { exitCode, stderr } = await terminal.tti("user create --emial ada@acme.example");
    assert.equal(exitCode, 2);
    assert.match(stderr, /there is no option --emial\n.*\n {2}fix: {2}Did you mean --email\?/);
  });

  for (const [words, problem] of [
    ["tenant create", /ID is missing/],
    ["tenant create acme globex", /"globex" is one argument too many/],
    ["tenant list --limit", /--limit.*argument missing/],
    ["tenant list --limit many", /--limit is no whole number/],
    ["tenant list --json=yes", /--json.*does not take an argument/],
    ["user create", /--email is missing/],
    ["migrate down", /this loses data/],
    ["client create", /the client has nothing to do/],
    ["search plan", /--tenant is missing/],
    ["dev --sandbox-port seven", /--sandbox-port is no port/],
    ["dev --check --demo-port 4000", /--check takes free ports/],
    ["sandbox --rule nonsense", /--rule nonsense has no value/],
  ] as const) {
    it(`refuses "tti ${words}" with exit code 2 before it does anything`, async () => {
      const { exitCode, stdout, stderr } = await terminal.tti(words);
      assert.equal(exitCode, 2);
      assert.equal(stdout, "");
      assert.match(stderr, problem);
    });
  }

  it("with --json tells a fault as the one document on standard output", async () => {
    const refused = await started.tti("tenant lst --json");
    assert.equal(refused.exitCode, 2);
    assert.equal(refused.stderr, "");
    assert.deepEqual(refused.json(), {
      error: {
        message: "there is no command tti tenant lst",
        code: "usage",
        fix: "Did you mean tti tenant list?",
      },
    });
  });

  it("takes what follows a lone -- as arguments, not options", async () => {
    const { stderr } = await terminal.tti("tenant create -- --help");
    assert.match(stderr, /There is no store in/);
  });

  it("names a misspelt setting and the one that was meant", async () => {
    const misspelt = openTypedTerminal({ TTI_DATADIR: "/nowhere" });
    const { exitCode, stderr } = await misspelt.tti("tenant list");
    misspelt.close();
    assert.equal(exitCode, 1);
    assert.match(stderr, /TTI_DATADIR: there is no such setting\. Did you mean TTI_DATA_DIR\?/);
  });

  it("says what to do before the database is migrated", async () => {
    const behind = openTypedTerminal();
    await behind.tti("migrate up");
    await behind.tti("migrate down --yes");
    const { exitCode, stderr } = await behind.tti("tenant list");
    behind.close();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /The database lacks \d+ migrations.*\n {2}code: unavailable\n {2}fix: {2}Run: tti migrate up/,
    );
  });

  it("says when the database does not answer, without its password", async () => {
    const lost = openTypedTerminal({ DATABASE_URL: "postgres://tti:hunter2@127.0.0.1:1/tti" });
    const { exitCode, stderr } = await lost.tti("tenant list");
    lost.close();
    assert.equal(exitCode, 1);
    assert.match(stderr, /The database cannot be reached/);
    assert.doesNotMatch(stderr, /hunter2/);
  });
});

describe("every command", () => {
  for (const [first, load] of Object.entries(commandLoaders)) {
    it(`of tti ${first} has a summary and a help text with usage and an example`, async () => {
      const commands = (await load()).filter((command) => command.name.split(" ")[0] === first);
      assert.ok(commands.length > 0, `nothing is loaded for ${first}`);
      for (const { name, summary, help } of commands) {
        assert.match(help, new RegExp(`^Usage: tti ${name}\\b`), name);
        assert.match(help, /\nExample/, `${name} has no example`);
        assert.ok(help.trimEnd().split("\n").at(-1)?.startsWith("  "), `${name} does not end in its example`);
        assert.ok(summary.length > 0 && summary.length <= 70, `${name}: ${summary}`);
        for (const line of help.split("\n")) {
          assert.ok(line.length <= 110 || line.includes("arn:"), `${name}: too long: ${line}`);
        }
      }
    });
  }
});
