// Owns the tti that stands for a reader's machine: one process that runs each typed command as a new one would, and what
// stays (`serve`, `dev`, `sandbox`) beside them, for to read the sources anew takes a second of a processor, and the pages
// hold a hundred commands. That a process starts, ends and writes as it should is what test/cli runs real ones for.
import "./reader_names.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { typed } from "../support/typed.ts";
import { startToStay } from "./staying_command.ts";

const [socketPath = ""] = process.argv.slice(2);

// Its input ends with the test, however that ends: nobody is left to ask.
process.stdin.on("end", () => process.exit()).resume();

/** A folder with what was asked: words and environment by U+0000, the folder it was asked in, and standard input. */
async function answerIn(asked: string): Promise<number> {
  const read = (name: string) => readFileSync(join(asked, name), "utf8");
  const listed = (name: string) => read(name).split("\0").slice(0, -1);
  const words = listed("words");
  const surroundings = {
    environment: Object.fromEntries(
      listed("environment").map((pair) => [
        pair.slice(0, pair.indexOf("=")),
        pair.slice(pair.indexOf("=") + 1),
      ]),
    ),
    folder: read("folder"),
    stdin: read("stdin"),
  };
  const stays = /^(serve|dev|sandbox --seed)\b/.test(words.join(" "));
  const left = stays ? await startToStay(words, surroundings, typed) : await typed(words, surroundings);
  writeFileSync(join(asked, "stdout"), left.stdout);
  writeFileSync(join(asked, "stderr"), left.stderr);
  return left.exitCode ?? 1;
}

createServer(async (request, response) => {
  const asked = request.url ?? "";
  const code = await answerIn(asked).catch((error: Error) => {
    writeFileSync(join(asked, "stdout"), "");
    writeFileSync(join(asked, "stderr"), `${error.stack}\n`);
    return 1;
  });
  response.end(String(code));
}).listen(socketPath);
