// The rules of talking to people: what goes where, colours, errors, secrets from standard input.
import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { AwsStepError } from "tti-exchange";
import { formatFields, formatTable, Terminal } from "../../src/cli/terminal.ts";
import { OperationError } from "../../src/errors.ts";

function openStreams(options: { json?: boolean; input?: string; tty?: boolean } = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = Object.assign(Readable.from([options.input ?? ""]), { isTTY: options.tty ?? false });
  const terminal = new Terminal({ stdin, stdout, stderr }, options.json ?? false);
  const shown = async () => {
    stdout.end();
    stderr.end();
    return { stdout: await text(stdout), stderr: await text(stderr) };
  };
  return { terminal, shown };
}

describe("the terminal", () => {
  it("puts results on standard output and progress on standard error, without colours in a pipe", async () => {
    const { terminal, shown } = openStreams();
    terminal.say(`${terminal.style("green", "✓")} working`);
    terminal.result({ done: true }, terminal.styleResult("bold", "done"));
    assert.deepEqual(await shown(), { stdout: "done\n", stderr: "✓ working\n" });
  });

  it("tells an error with what, code, step, likely causes, why and fix", async () => {
    const { terminal, shown } = openStreams();
    terminal.fail(
      new AwsStepError({
        code: "token_rejected",
        step: "create-token-with-iam",
        message: "Identity Center refused the token.",
        causes: ["the user is not in the directory", "the audience differs"],
        fix: "Check the user.",
        cause: new Error("InvalidGrantException"),
      }),
    );
    assert.equal(
      (await shown()).stderr,
      [
        "tti: Identity Center refused the token.",
        "  code: token_rejected",
        "  step: create-token-with-iam",
        "  maybe: the user is not in the directory",
        "  maybe: the audience differs",
        "  why:  InvalidGrantException",
        "  fix:  Check the user.",
        "",
      ].join("\n"),
    );
  });

  it("with --json prints an error as the only document, unless the result is out already", async () => {
    const failing = openStreams({ json: true });
    failing.terminal.fail(new OperationError("tenant_not_found", "No tenant has this id."));
    const told = await failing.shown();
    assert.equal(JSON.parse(told.stdout).error.code, "tenant_not_found");
    assert.equal(told.stderr, "");

    const late = openStreams({ json: true });
    late.terminal.result({ ok: true }, "");
    late.terminal.fail(new Error("could not close"));
    const both = await late.shown();
    assert.deepEqual(JSON.parse(both.stdout), { ok: true });
    assert.match(both.stderr, /could not close/);
  });

  it("reads a secret from a pipe, without its line end, and refuses a terminal and nothing", async () => {
    assert.equal(
      await openStreams({ input: "pass phrase\r\n" }).terminal.readSecret("password"),
      "pass phrase",
    );
    assert.equal(
      await openStreams({ input: " spaces stay \n" }).terminal.readSecret("password"),
      " spaces stay ",
    );
    for (const options of [{ input: "" }, { input: "\n" }, { input: "x", tty: true }]) {
      await assert.rejects(openStreams(options).terminal.readSecret("password"), { field: "password" });
    }
  });

  it("lets nothing that others wrote control it", () => {
    const name = "Acme\u001b[2J\u0007 \u202eevil\r\nID   fake";
    assert.equal(formatTable([{ NAME: name }]), "NAME\nAcme [2J  evil ID   fake");
    assert.equal(formatFields([["name", name]]), "name  Acme [2J  evil ID   fake");
  });

  it("aligns columns and leaves no space at the end of a line", () => {
    assert.equal(
      formatTable([
        { ID: "a", NAME: "" },
        { ID: "long-id", NAME: "n" },
      ]),
      "ID       NAME\na\nlong-id  n",
    );
  });

  it("keeps columns in line where letters take two places or none (H10)", () => {
    const places: Readonly<Record<string, number>> = {
      株式会社: 8,
      한국어: 6,
      "👩‍👩‍👧‍👦": 2,
      "🇯🇵": 2,
      "e\u0301te\u0301": 3,
      ﬀ: 1,
      ＡＢ: 4,
      plain: 5,
    };
    const names = Object.keys(places);
    const lines = formatTable(names.map((NAME) => ({ NAME, ID: "x" }))).split("\n");
    const widest = Math.max(...Object.values(places));
    for (const [index, name] of names.entries()) {
      assert.equal(lines[index + 1], `${name}${" ".repeat(widest - (places[name] ?? 0) + 2)}x`);
    }
    const fields = formatFields([
      ["株式", "a"],
      ["name", "b"],
    ]);
    assert.equal(fields, "株式  a\nname  b");
  });
});
