// How lines of the log leave, with real pipes and real processes: a reader that stands still, is slow or is gone holds nobody up and
// gets no half a line; a full disk neither; and whatever else a process prints, and whatever ends it, each line is a JSON object.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { openLineWriter } from "../src/log_destination.ts";

const source = (path: string) => JSON.stringify(new URL(`../src/${path}`, import.meta.url).href);

/** Starts a process that has a log at standard error. */
function start(lines: string) {
  const code = `
    import { captureConsole, openLog } from ${source("log.ts")};
    import { linesLost } from ${source("log_destination.ts")};
    import { untilCrashed } from ${source("cli/crash.ts")};
    const log = openLog({ level: "trace" });
    ${lines}`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--no-warnings", "-e", code], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(([exitCode]) => exitCode as number | null);
  return { child, ended };
}

const parsed = (written: string): Record<string, unknown>[] =>
  written
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("a reader that stands still holds nobody up; what was lost is told once it reads on", async () => {
  const total = 7_000;
  const { child, ended } = start(`
    for (let n = 0; n < ${total}; n += 1) log.info({ n, what: "some words, and more. ".repeat(40) }, "line");
    // Only a process that goes on comes to this.
    setTimeout(() => process.stdout.write("serving\\n"), 1);
    process.stdin.resume().once("end", () => { log.info("the end"); process.exit(0); });`);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  assert.equal(String(said), "serving\n");
  let written = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    written += part;
    if (part.includes('"lost":')) child.stdin.end();
  });
  await once(child.stderr, "end");
  assert.equal(await ended, 0);
  const lines = parsed(written);
  assert.equal(lines.at(-1)?.["msg"], "the end");
  const told = lines.filter((line) => line["lost"] !== undefined);
  assert.equal(told.length, 1);
  const kept = lines.filter((line) => line["msg"] === "line");
  assert.ok(kept.length > 3_000 && kept.length < total, `${kept.length}`);
  assert.equal(kept.length + Number(told[0]?.["lost"]), total);
  assert.deepEqual(
    kept.map((line) => line["n"]),
    kept.map((_, n) => n),
  );
});

test("a reader that stands still keeps no process from ending; what it took is whole lines but for the last", async () => {
  const { child, ended } = start(`
    for (let n = 0; n < 300; n += 1) log.info({ n, what: "some words, and more. ".repeat(40) }, "line");
    process.exit(3);`);
  assert.equal(await ended, 3);
  const taken = (await text(child.stderr)).split("\n");
  assert.ok(taken.length > 20 && taken.length < 300, `${taken.length}`);
  assert.equal(parsed(taken.slice(0, -1).join("\n")).length, taken.length - 1);
});

test("a reader that is gone ends nothing", async () => {
  const { child, ended } = start(`
    process.stdin.resume().once("end", () => {
      for (let n = 0; n < 1_000; n += 1) log.info("nobody reads this");
      setTimeout(() => { process.stdout.write("serving, lost " + (linesLost() > 900)); process.exit(0); }, 20);
    });
    process.stdout.write("begun\\n");`);
  await once(child.stdout, "data");
  child.stderr.destroy();
  const written = text(child.stdout);
  child.stdin.end();
  assert.equal(await ended, 0);
  assert.equal(await written, "serving, lost true");
});

test("each line is a JSON object whatever is printed, thrown or rejected; the last says what ended the process", async () => {
  const { child, ended } = start(`
    captureConsole(log);
    const crashed = untilCrashed(log);
    console.table([{ a: 1, b: "mallory@ext.example" }]);
    console.dir({ deep: { er: 1n } });
    console.group("a group"); console.log("within"); console.groupEnd();
    console.trace("from %s", "here"); console.assert(false, "no");
    console.timeLog("nothing"); console.count();
    process.stderr.write("two lines\\nof the debug package\\u001B[0m");
    process.stderr.write(Buffer.from("bytes"));
    process.emitWarning("a warning", { type: "DeprecationWarning", code: "DEP0" });
    for (let n = 0; n < 400; n += 1) log.info({ n, what: "x ".repeat(500) });
    const error = new Error("thrown with mallory@ext.example");
    error.cause = error;
    setTimeout(() => { throw error; }, 5);
    await crashed;
    Promise.reject({ odd: 1n });
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.exit(1);`);
  const [written, printed] = await Promise.all([text(child.stderr), text(child.stdout)]);
  assert.equal(await ended, 1);
  assert.equal(printed, "");
  const lines = parsed(written);
  assert.doesNotMatch(written, /mallory/);
  for (const said of ["of the debug package", "bytes", "a warning", "within", "from here"])
    assert.ok(
      lines.some((line) => String(line["msg"]).includes(said)),
      said,
    );
  assert.equal(lines.filter((line) => typeof line["n"] === "number").length, 400);
  const fatal = lines.filter((line) => line["level"] === "fatal");
  assert.deepEqual(
    fatal.map((line) => line["origin"]),
    ["uncaughtException", "unhandledRejection"],
  );
  assert.match(JSON.stringify(fatal[0]), /"message":"thrown with \[address\]"/);
});

test("a full disk throws nowhere, and what waits for it has a bound", () => {
  const full = openSync("/dev/full", "w");
  try {
    const writer = openLineWriter(full, { mostBytes: 100, againMs: 60_000, lastMs: 0 });
    for (let n = 0; n < 10; n += 1) writer.write(`${"x".repeat(29)}\n`);
    assert.equal(writer.lost(), 7);
  } finally {
    closeSync(full);
  }
});
