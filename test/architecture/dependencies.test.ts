// What stands in each package.json is what its code imports: nothing more, nothing less, each in its section.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s+(?:type\s+)?(?:[^"';]*?\s+from\s+)?["']([^"']+)["']|(?:\bimport|\brequire|(?:require|meta|\))\.resolve)\(\s*["']([^"']+)["']\s*\)/g;

/** The packages that files import, with the first file of each. */
function importedBy(patterns: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of globSync(patterns, {
    cwd: root,
    exclude: (name) => /(^|\/)(node_modules|dist)(\/|$)/.test(String(name)),
  })) {
    const text = readFileSync(join(root, path), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    for (const [, named, called] of text.matchAll(importPattern)) {
      const specifier = named ?? called ?? "";
      // A relative path, a part of Node.js, or text in a template.
      if (/^(\.|node:|data:)|[^\w@./-]/.test(specifier) || specifier === "") continue;
      const [scope = "", name = ""] = specifier.split("/");
      const owner = scope.startsWith("@") ? `${scope}/${name}` : scope;
      if (!found.has(owner)) found.set(owner, path);
    }
  }
  return found;
}

/** What is loaded by its name, by a library and not by an import. */
const loadedByName: Readonly<Record<string, string>> = {
  "better-sqlite3": "knex, as the client of that name",
};

const shipped: Readonly<Record<string, readonly string[]>> = {
  ".": ["bin/**/*.mjs", "src/**/*.ts", "migrations/**/*.ts"],
  "packages/exchange": ["packages/exchange/src/**/*.ts"],
  "packages/sandbox": ["packages/sandbox/{bin,src}/**/*.{ts,mjs}"],
};

const workshop = ["{test,bench,scripts,examples}/**/*.{ts,mjs}", "packages/*/{test,scripts}/**/*.{ts,mjs}"];
/** Packages whose code runs from the workshop as a program: the file that starts it names its folder. */
const startedBy = (name: string): boolean =>
  globSync("{test,scripts,bin}/**/*.{ts,mjs}", { cwd: root }).some((path) =>
    readFileSync(join(root, path), "utf8").includes(`node_modules/${name}/`),
  );

test("every package.json of the repository is looked at", () => {
  const folders = globSync("packages/*/package.json", { cwd: root }).map((path) => dirname(path));
  assert.deepEqual([".", ...folders].sort(), Object.keys(shipped).sort());
});

for (const [folder, patterns] of Object.entries(shipped)) {
  const manifest = manifestOf(folder);
  const runtime = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  };
  const imported = importedBy(patterns);
  // What a package of ours leaves to its user to install, and we, its user, do.
  const given = Object.keys(shipped)
    .map(manifestOf)
    .filter(({ name }) => name in runtime)
    .flatMap(({ peerDependencies }) => Object.keys(peerDependencies ?? {}));

  test(`${manifest.name}: what shipped code imports is a dependency`, () => {
    const missing = [...imported].filter(([name]) => !(name in runtime) && name !== manifest.name);
    assert.deepEqual(missing, []);
  });

  test(`${manifest.name}: every dependency is imported by shipped code`, () => {
    const idle = Object.keys(runtime).filter(
      (name) => !imported.has(name) && !given.includes(name) && !(name in loadedByName),
    );
    assert.deepEqual(idle, []);
  });

  test(`${manifest.name}: nothing stands in two sections`, () => {
    const sections = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies];
    const names = sections.flatMap((section) => Object.keys(section ?? {}));
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
}

test("the packages leave what only tests need to the root", () => {
  for (const folder of Object.keys(shipped)) {
    if (folder !== ".") assert.deepEqual(manifestOf(folder).devDependencies ?? {}, {}, folder);
  }
});

test("what only the workshop imports is a devDependency, and every devDependency is used by it alone", () => {
  const { dependencies = {}, devDependencies = {} } = manifestOf(".");
  const used = importedBy(workshop);
  const undeclared = [...used].filter(
    ([name]) => !(name in dependencies) && !(name in devDependencies) && name !== "tti-provider",
  );
  assert.deepEqual(undeclared, []);
  const typed = (name: string): boolean => {
    const subject = /^@types\/(.+)$/.exec(name)?.[1];
    return subject === "node" || (subject !== undefined && (used.has(subject) || subject in dependencies));
  };
  const idle = Object.keys(devDependencies).filter(
    (name) => !used.has(name) && !typed(name) && !startedBy(name),
  );
  assert.deepEqual(idle, []);
  const wrong = Object.keys(devDependencies).filter((name) => importedBy(shipped["."] ?? []).has(name));
  assert.deepEqual(wrong, []);
});

test("all parts of the AWS SDK have one range", () => {
  const ranges = Object.keys(shipped).flatMap((folder) => {
    const { dependencies, devDependencies, peerDependencies } = manifestOf(folder);
    return Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies })
      .filter(([name]) => name.startsWith("@aws-sdk/"))
      .map(([, range]) => range);
  });
  assert.equal(new Set(ranges).size, 1, [...new Set(ranges)].join(", "));
});
