// CONTRIBUTING.md is true: its commands run as they stand, and what it names is there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { bareEnvironment } from "../support/surroundings.ts";
import { root } from "./checkout.ts";

const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, lines = ""]) => lines);
const commands = blocks.flatMap((lines) => lines.trim().split("\n"));

// What `npm test` is told, its own program is told here: npm itself is not what is tested.
const asNode = (command: string): string =>
  command.replace(/^npm test -- /, `${scripts["test"]?.replace("scripts/run.mjs ", "")} `);

async function run(command: string, until: RegExp): Promise<{ exitCode: number | null; printed: string }> {
  const child = spawn("bash", ["-c", `exec env ${command}`], {
    cwd: root,
    env: { ...bareEnvironment(), PATH: `${join(process.execPath, "..")}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors = text(child.stderr);
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    // A watcher ends when it is told to.
    if (command.includes("--watch") && until.test(printed)) child.kill();
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, printed: printed + (await errors) };
}

/** How many tests each command passed. */
const passed = new Map<string, number>();

for (const command of commands.filter((line) => !line.startsWith("npm ci"))) {
  test(`${command} runs tests, and they pass`, async () => {
    assert.match(command, /^(TTI_PROPERTY_SEED=\d+ )?(node --test |npm test -- )/);
    const { exitCode, printed } = await run(asNode(command), /ℹ fail \d/);
    assert.match(printed, /ℹ fail 0\n/);
    passed.set(command, Number(/ℹ pass (\d+)/.exec(printed)?.[1]));
    assert.ok((passed.get(command) ?? 0) > 0);
    if (!command.includes("--watch")) assert.equal(exitCode, 0, printed);
    const seed = /SEED=(\d+)/.exec(command)?.[1];
    if (seed !== undefined) assert.match(printed, new RegExp(`TTI_PROPERTY_SEED=${seed}\\b`));
  });
}

test("a name pattern leaves the other tests out", () => {
  const [all = 0, some = 0] = commands
    .filter((line) => line.startsWith("npm test -- "))
    .map((line) => passed.get(line) ?? 0);
  assert.ok(0 < some && some < all, `${some} of ${all}`);
});

test("every script, file and folder it names is there", () => {
  for (const [, script = ""] of page.matchAll(/npm run ([\w:]+)/g)) assert.ok(script in scripts, script);
  const named = [...page.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\s]+)`/g)]
    .map(([, name = ""]) => name)
    .filter((name) => /^[\w.]+\//.test(name) && !name.includes("NNNN"));
  assert.ok(named.length > 8);
  assert.deepEqual(
    named.filter((name) => !existsSync(join(root, name))),
    [],
  );
});
