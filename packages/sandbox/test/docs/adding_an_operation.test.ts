// The page "Add an operation in five steps" is true: its files exist, its code stands where it says, its commands are there.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const page = new URL("../../docs/adding-an-operation.md", import.meta.url);
const text = readFileSync(page, "utf8");
const root = new URL("../../../../", import.meta.url);
const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => new URL(target, page));

test("it has five steps, and each names files that exist", () => {
  const steps = text.split(/^## /m).slice(1);
  assert.equal(steps.length, 5);
  for (const [index, step] of steps.entries()) {
    assert.ok(step.startsWith(`${index + 1}. `));
    assert.match(step, /\]\(/, `step ${index + 1} names a file`);
  }
  assert.ok(links.length > 20);
  for (const link of links) assert.ok(existsSync(link), link.pathname);
});

test("its code is the code of the file named before it", () => {
  const quotes = [...text.matchAll(/\]\(([^)]+\.ts)\):\n\n```ts\n([\s\S]*?)^```$/gm)];
  assert.equal(quotes.length, text.split("```ts\n").length - 1, "each block of code names its file");
  assert.equal(quotes.length, 2);
  for (const [, file = "", code = ""] of quotes) {
    assert.ok(readFileSync(new URL(file, page), "utf8").includes(code), `${file} holds the page's code`);
  }
});

test("its commands exist", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  for (const [, name = ""] of text.matchAll(/npm run ([\w:]+)/g)) assert.ok(name in scripts, name);
  for (const [, path = ""] of text.matchAll(/node --test (\S+)/g))
    assert.ok(existsSync(new URL(path, root)), path);
});

test("the README leads to it", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  assert.ok(readme.includes("(docs/adding-an-operation.md)"));
});
