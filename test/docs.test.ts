// The documentation tells the truth: generated pages equal their source, links lead somewhere.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { indexPage, readNavigation, sitePages } from "../scripts/docs_site/site_pages.ts";
import { generatedPages } from "../scripts/generated_docs.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

for (const [path, render] of Object.entries(generatedPages)) {
  test(`${path} says what its source says (npm run docs writes it)`, () => {
    assert.equal(readFileSync(join(root, path), "utf8"), render());
  });
}

test("every relative link and picture in the documentation exists", () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    ...globSync(["docs/**/*.md", "packages/*/*.md", "packages/*/docs/**/*.md"], { cwd: root }),
  ];
  const broken = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)]
      .map((match) => (match[1] ?? match[2] ?? "").replace(/#.*$/, ""))
      .filter((target) => target !== "" && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page} → ${target}`);
  });
  assert.deepEqual(broken, []);
});

test("every page of the documentation has its door in docs/README.md, below a second heading", () => {
  const pages = sitePages(root);
  const groups = readNavigation(readFileSync(join(root, indexPage), "utf8"), pages);
  const linked = groups.flatMap((group) => group.pages.map(({ source }) => source));
  assert.deepEqual(
    [...pages.keys()].filter((source) => source !== indexPage && !linked.includes(source)),
    [],
  );
});

test("the comparison calls nothing absent of which a page of ours has a heading", () => {
  const page = readFileSync(join(root, "docs/guides/comparison.md"), "utf8");
  const rows = page.split("\n").filter((line) => /^\| [^|*-]/.test(line) && line.split("|").length > 5);
  const ours = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  assert.ok(ours.length > 15);
  const headings = globSync("docs/*.md", { cwd: root })
    .flatMap((path) => readFileSync(join(root, path), "utf8").split("\n"))
    .filter((line) => line.startsWith("#"))
    .join("\n")
    .toLowerCase();
  const absent = ours.filter(([, , answer]) => answer === "no").map(([, what = ""]) => what);
  assert.ok(absent.length > 1);
  const words = absent.flatMap((what) => what.toLowerCase().match(/[a-z]{4,}/g) ?? []);
  const contradicted = words.filter((word) => !common.has(word) && headings.includes(word));
  assert.deepEqual(contradicted, []);
});

// Words of the comparison that say nothing of a feature.
const common = new Set(["sign", "customer", "customers", "openid", "with", "own"]);

test("no page or source names a path of somebody's machine or a package registry's host", () => {
  const tracked = globSync("{src,packages,test,docs,scripts,bench,migrations,bin,runtime,.ci}/**/*", {
    cwd: root,
    exclude: (path) => path.includes("node_modules"),
  });
  const offenders = [...tracked, "README.md", "package.json", "package-lock.json"].filter((path) => {
    if (!/\.(ts|mjs|md|json|ejs|css|sh|yml)$/.test(path)) return false;
    const text = readFileSync(join(root, path), "utf8");
    return /(^|[^\w.-])\/(work|root)\/|"resolved": "https?:/m.test(text) && path !== "test/docs.test.ts";
  });
  assert.deepEqual(offenders, []);
});
