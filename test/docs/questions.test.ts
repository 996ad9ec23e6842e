// docs/architecture.md answers where a thing is decided and what to touch: with few files, which are there.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

// The provider's answers are links; the sandbox's are paths below its src, where <…> stands for any name.
const answers = page
  .split("| question | files |\n|---|---|\n")
  .slice(1)
  .flatMap((rest) => (/^(\|.*\|\n)+/.exec(rest)?.[0] ?? "").trim().split("\n"))
  .map((row) => row.split("|").map((cell) => cell.trim()))
  .map(([, question = "", cell = ""]) => ({
    question,
    files: [
      ...[...cell.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = ""]) => [path]),
      ...[...cell.matchAll(/`([\w/<>.]+\.(?:ts|json))`/g)].map(([, path = ""]) => {
        const pattern = path.replace(/<\w+>/g, "*");
        return [`packages/sandbox/src/${pattern}`, pattern, `packages/sandbox/${pattern}`];
      }),
    ],
  }));

test("ten questions and more are answered, each with one to three files", () => {
  assert.ok(answers.filter(({ files }) => files.every(({ length }) => length === 1)).length >= 10);
  for (const { question, files } of answers) {
    assert.ok(files.length >= 1 && files.length <= 3, `${question}: ${files.length} files`);
  }
});

test("every file that answers a question is there", () => {
  const missing = answers.flatMap(({ question, files }) =>
    files
      .filter((places) => places.every((place) => globSync(place, { cwd: root }).length === 0))
      .map((places) => `${question} ${places[0]}`),
  );
  assert.deepEqual(missing, []);
});
