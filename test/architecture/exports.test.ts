// What a file exports, somebody else imports: no value stands in src or a package for nobody, or for tests alone.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const read = (patterns: string[]) =>
  globSync(patterns, { cwd: root })
    .map((path) => path.split("\\").join("/"))
    .filter((path) => !path.endsWith(".d.ts") && !path.includes("node_modules"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

const product = read(["src/**/*.ts", "packages/*/src/**/*.ts"]);
const beside = read([
  "{bin,scripts,bench,migrations,examples}/**/*.{ts,mjs,js}",
  "packages/*/{bin,scripts,examples}/**/*.{ts,mjs,js}",
]);
const tests = read(["test/**/*.ts", "packages/*/test/**/*.ts"]);

// What users import, what is run, and languages, which are found in their folder.
const doors =
  /^packages\/\w+\/src\/index\.ts$|^src\/(exchange|sandbox)\.ts$|^src\/cli\/main\.ts$|^src\/views\/words\/spoken\//;

// Read by tests alone, on purpose.
const forTests: Readonly<Record<string, string>> = {
  "packages/sandbox/src/policy/condition_keys.ts GLOBAL_CONDITION_KEYS":
    "AWS's list, against which a test holds what the code sets and what the page names",
};

const fromPattern =
  /\b(?:import|export)\s+(?:type\s+)?(\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s+["'](\.[^"']+)["']/g;
const dynamicPattern = /\bimport\(\s*["'](\.[^"']+)["']\s*\)/g;
const exportPattern = /^export\s+(?:async\s+)?(?:abstract\s+)?(?:function\*?|const|let|class)\s+(\w+)/gm;

/** Who is imported by some files: "path name", or "path *" where everything is. */
function importsOf(files: readonly { path: string; text: string }[]): Set<string> {
  const found = new Set<string>();
  for (const { path, text } of files) {
    const at = (specifier: string) => posix.normalize(posix.join(posix.dirname(path), specifier));
    for (const [, names = "", specifier = ""] of text.matchAll(fromPattern)) {
      const each = names.startsWith("{") ? names.slice(1, -1).split(",") : ["*"];
      for (const name of each) {
        const [own = ""] = name
          .trim()
          .replace(/^type\s+/, "")
          .split(/\s+as\s+/);
        if (own !== "") found.add(`${at(specifier)} ${own}`);
      }
    }
    for (const [, specifier = ""] of text.matchAll(dynamicPattern)) found.add(`${at(specifier)} *`);
  }
  return found;
}

test("what is exported is imported by somebody, and what only tests import is used in its own file too", () => {
  const byProduct = importsOf([...product, ...beside]);
  const byTests = importsOf(tests);
  const found = product.flatMap(({ path, text }) => {
    if (doors.test(path) || byProduct.has(`${path} *`)) return [];
    return [...text.matchAll(exportPattern)].flatMap(([, name = ""]) => {
      const key = `${path} ${name}`;
      if (byProduct.has(key) || Object.hasOwn(forTests, key)) return [];
      if (!byTests.has(key) && !byTests.has(`${path} *`)) return [`${key}: imported by nobody`];
      const used = (text.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).length > 1;
      return used ? [] : [`${key}: for tests alone`];
    });
  });
  assert.deepEqual(found, []);
});

test("each thing that is for tests on purpose is there", () => {
  for (const key of Object.keys(forTests)) {
    const [path = "", name = ""] = key.split(" ");
    assert.match(product.find((file) => file.path === path)?.text ?? "", new RegExp(`\\b${name}\\b`));
  }
});
