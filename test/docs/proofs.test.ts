// Pages are true: on every page about this product a section that says never, always, only or exactly names the tests that
// prove it, in a line "*Proof: [name](../test/….test.ts)*" at its end.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { root } from "./checkout.ts";

// Pages that speak of AWS or of other vendors: their sources stand on them, and no test of ours can prove those.
const aboutOthers = ["choosing-tti-or-auth-code", "other-issuers", "sandbox-rules"].map(
  (name) => `${name}.md`,
);

// Every page that is handed to somebody but CONTRIBUTING.md, which says what to do, and the changelogs.
const places = ["*.md", "docs/**/*.md", "packages/*/*.md", "packages/*/docs/*.md", "examples/*/*.md"];
const aboutWork = ["CONTRIBUTING.md", "CHANGELOG.md"];

const pagesOfPromises = globSync(places, { cwd: root })
  .filter((path) => !aboutWork.includes(basename(path)))
  .map((path) => path.split("\\").join("/"))
  .filter((path) => !aboutOthers.includes(basename(path)))
  .sort();

interface Section {
  heading: string;
  absolute: string[];
  proofs: string[];
}

function sectionsOf(text: string): Section[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "").replace(/<!--[\s\S]*?-->/g, "");
  return prose.split(/^(?=#{1,4} )/m).map((section) => ({
    heading: section.split("\n")[0] ?? "",
    absolute: section
      .split("\n")
      // A row of SECURITY.md names its own test.
      .filter((line) => !/^\|.*\]\([^)]+\.test\.ts\)/.test(line))
      .filter((line) => /\b(never|always|only|exactly)\b/i.test(line.replace(/`[^`]*`/g, ""))),
    proofs: [...section.matchAll(/^\*Proof: (.+)\*$/gm)].flatMap(([, links = ""]) =>
      [...links.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? ""),
    ),
  }));
}

test("the pages of security promises are among them", () => {
  const names = pagesOfPromises.map((path) => basename(path, ".md"));
  const promised = "README SECURITY keys minting handoff tenant-isolation exchange errors tti-profile".split(
    " ",
  );
  assert.deepEqual(
    promised.filter((name) => !names.includes(name)),
    [],
  );
});

for (const page of pagesOfPromises) {
  test(`${page} names a test for each section with an absolute word`, () => {
    const unproven = sectionsOf(readFileSync(join(root, page), "utf8"))
      .filter(({ absolute, proofs }) => absolute.length > 0 && proofs.length === 0)
      .map(({ heading, absolute }) => `${heading}: ${absolute.join(" / ")}`);
    assert.deepEqual(unproven, []);
  });

  test(`${page} names tests that exist and run`, () => {
    const text = readFileSync(join(root, page), "utf8");
    // A line that goes on in the next one is not read, and looks like a proof all the same.
    const broken = text.split("\n").filter((line) => line.startsWith("*Proof: ") && !line.endsWith("*"));
    assert.deepEqual(broken, []);
    for (const { proofs } of sectionsOf(text)) {
      for (const target of proofs) {
        const path = join(root, dirname(page), target);
        assert.match(target, /\.test\.ts$/);
        assert.ok(existsSync(path), `${page} → ${target}`);
        // testStorage is the contract that storage.test.ts runs over each store.
        assert.match(readFileSync(path, "utf8"), /\b(test|it|testStorage)\(/);
      }
    }
  });
}

test("a section without a proof is found", () => {
  const [bare, proven, quoted] = sectionsOf(
    "# A\nIt never fails.\n\n## B\nOnly so.\n\n*Proof: [b](../test/b.test.ts)*\n\n## C\n`never` and\n```sh\nonly\n```\n",
  );
  assert.deepEqual([bare?.absolute.length, bare?.proofs], [1, []]);
  assert.deepEqual(proven?.proofs, ["../test/b.test.ts"]);
  assert.deepEqual(quoted?.absolute, []);
});
