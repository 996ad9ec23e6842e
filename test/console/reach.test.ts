// What the operations can, the console can: each entry of the table is called by a page, or stands in docs/console.md with the
// reason why not; and what the pages say of a refusal names a page where the catalogue names a command.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { operations } from "../../src/admin/operations/table.ts";
import { inPageWords } from "../../src/console/fault_words.ts";
import { places } from "../../src/console/places.ts";
import { type ErrorCode, errorCatalogue } from "../../src/errors.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** The names under which the files of operations export them, by what the table calls them. */
const exported = new Map<string, string>();
for (const path of globSync("src/admin/operations/*.ts", { cwd: root })) {
  const module = (await import(pathToFileURL(join(root, path)).href)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(module)) {
    const operation = operations.find((one) => one === value);
    if (operation !== undefined) exported.set(operation.entry.name, name);
  }
}

const pages = globSync("src/console/pages/*.ts", { cwd: root }).map(textOf).join("\n");
const isCalled = (name: string): boolean => new RegExp(`\\b${exported.get(name)}\\(`).test(pages);
const excused = new Map(
  [...textOf("docs/console.md").matchAll(/^\| `([a-z -]+)` \| (.+) \|$/gm)].map(([, name = "", why = ""]) => [
    name,
    why,
  ]),
);

test("every operation is called by a page of the console, or stands in its documentation with the reason", () => {
  const names = operations.map(({ entry }) => entry.name);
  assert.deepEqual(
    names.filter((name) => !exported.has(name)),
    [],
    "every operation is exported",
  );
  assert.deepEqual(names.filter((name) => !isCalled(name)).sort(), [...excused.keys()].sort());
  for (const [name, why] of excused) assert.ok(why.length > 10, name);
});

test("every operation that opens a place is one of the table", () => {
  const known = new Set(operations.map(({ entry }) => entry.name));
  for (const { path, operation } of places) assert.ok(known.has(operation.entry.name), path);
});

test("where the catalogue names a command, the console names a page", () => {
  for (const [code, { meaning, fix }] of Object.entries(errorCatalogue) as [
    ErrorCode,
    { meaning: string; fix: string },
  ][]) {
    assert.doesNotMatch(inPageWords({ code, message: meaning, fix }).fix, /\btti [a-z]/, code);
  }
  const own = { code: "invalid_input", message: "m", fix: "Choose another." } as const;
  assert.deepEqual(
    inPageWords(own),
    { message: "m", fix: "Choose another." },
    "what the operation says itself stays",
  );
});
