// The examples' README files lead somewhere: every link, and every file a command of theirs names.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { examples } from "./example_world.ts";

const pages = globSync("*/README.md", { cwd: examples });

test("every example has a README", () => {
  assert.deepEqual(pages.map(dirname).toSorted(), [
    "curl",
    "express-isv",
    "sdk-go",
    "sdk-java",
    "sdk-js",
    "sdk-python",
  ]);
});

for (const page of pages) {
  const text = readFileSync(join(examples, page), "utf8");

  test(`${page} links to what exists`, () => {
    const links = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, target]) => target ?? "");
    assert.ok(links.length > 0);
    const broken = links.filter(
      (target) => !/^https?:/.test(target) && !existsSync(join(examples, dirname(page), target)),
    );
    assert.deepEqual(broken, []);
  });

  test(`${page} names example files that exist`, () => {
    const named = [...text.matchAll(/\bexamples\/[\w./-]+\.(?:mjs|sh)\b/g)].map(([path]) => path);
    assert.deepEqual(
      named.filter((path) => !existsSync(join(dirname(examples), path))),
      [],
    );
  });
}
