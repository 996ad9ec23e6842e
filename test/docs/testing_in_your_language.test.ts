// The page "Testing in your language" is commands: they run as they stand, on a free port, and print what the page shows.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runExample } from "../examples/example_world.ts";
import { hasBash } from "../support/bash.ts";
import { openSandboxShell, type SandboxShell } from "../support/sandbox_shell.ts";
import { notToday } from "../support/share_of_day.ts";
import { root } from "./checkout.ts";
import { blocksOf, missingLine } from "./page_blocks.ts";

const page = "packages/sandbox/docs/testing-in-your-language.md";
const blocks = blocksOf(page);
const written = "http://127.0.0.1:4566";

// Its turn comes with the two of test/deploy/sandbox_image.test.ts.
const skip = !hasBash() ? "no bash here" : notToday(2, 3);

describe("the page as it is followed", { skip }, () => {
  let shell: SandboxShell;
  let folder: string;
  let env: Record<string, string>;
  let sandbox: ChildProcess;
  let url: string;

  before(async () => {
    shell = openSandboxShell();
    ({ folder, env } = shell);
    const [first] = blocks.filter(({ kind }) => kind === "run");
    const [seed = "", start = ""] = first?.text.trim().split("\n") ?? [];
    const made = await runExample("bash", ["-c", `cd '${folder}' && ${seed}`], env);
    assert.equal(made.exitCode, 0, made.stderr);
    sandbox = spawn("bash", ["-c", `exec ${start} --port 0`], { cwd: folder, env });
    url = await new Promise((resolve, reject) => {
      let said = "";
      sandbox.stdout?.on("data", (chunk: Buffer) => {
        said += chunk;
        const [, found] = /^Page: (http:\S+)\/$/m.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      sandbox.once("exit", () => reject(new Error(`it ended: ${said}`)));
    });
  });
  after(async () => {
    sandbox.kill();
    await once(sandbox, "exit");
    shell.close();
  });

  it("serves, and answers each command of the page as the page shows", async (t) => {
    if ((await runExample("bash", ["-c", "command -v curl"], env)).exitCode !== 0)
      return t.skip("not on this machine: curl");
    const asked = blocks.filter(({ text, kind }) => kind === "output" || text.startsWith("curl"));
    assert.ok(asked.length >= 3);
    let printed = "";
    for (const { kind, text } of asked) {
      if (kind === "output") {
        assert.equal(missingLine(text, printed), undefined, printed);
        continue;
      }
      assert.ok(text.includes(written), text);
      const done = await runExample("bash", ["-c", text.replace(written, url)], env);
      assert.equal(done.exitCode, 0, done.stderr);
      printed = done.stdout;
      assert.doesNotMatch(printed, /CONTROL_/);
    }
  });

  it("tells where each variable of the samples stands in the seed's answer", async () => {
    const seed = (await (await fetch(`${url}/_sandbox/seed`)).json()) as {
      connections: Record<string, Record<string, unknown>>;
    };
    const rows = [
      ...readFileSync(join(root, page), "utf8").matchAll(
        /^\| `([A-Z_]+)` \|.*\| `(?:connections\.([\w-]+))?\.(\w+)` \|$/gm,
      ),
    ];
    assert.equal(rows.length, 7);
    for (const [, name, , member = ""] of rows)
      assert.equal(typeof seed.connections["example-isv"]?.[member], "string", name);
    assert.equal(rows[0]?.[2], "example-isv");
    assert.equal((await fetch(`${url}/_sandbox/health`)).status, 200);
  });
});
