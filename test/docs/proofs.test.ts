// Pages are true: on the pages of promises a section that says never, always, only or exactly names the tests that
// prove it, in a line "*Proof: [name](../test/….test.ts)*" at its end.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { root } from "./checkout.ts";

const pagesOfPromises = [
  "docs/keys.md",
  "docs/minting.md",
  "docs/handoff.md",
  "docs/tenant-isolation.md",
  "packages/exchange/docs/exchange.md",
  "docs/errors.md",
  "docs/tti-profile.md",
];

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
      .filter((line) => /\b(never|always|only|exactly)\b/i.test(line.replace(/`[^`]*`/g, ""))),
    proofs: [...section.matchAll(/^\*Proof: (.+)\*$/gm)].flatMap(([, links = ""]) =>
      [...links.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? ""),
    ),
  }));
}

for (const page of pagesOfPromises) {
  test(`${page} names a test for each section with an absolute word`, () => {
    const unproven = sectionsOf(readFileSync(join(root, page), "utf8"))
      .filter(({ absolute, proofs }) => absolute.length > 0 && proofs.length === 0)
      .map(({ heading, absolute }) => `${heading}: ${absolute.join(" / ")}`);
    assert.deepEqual(unproven, []);
  });

  test(`${page} names tests that exist and run`, () => {
    for (const { proofs } of sectionsOf(readFileSync(join(root, page), "utf8"))) {
      for (const target of proofs) {
        const path = join(root, dirname(page), target);
        assert.match(target, /\.test\.ts$/);
        assert.ok(existsSync(path), `${page} → ${target}`);
        assert.match(readFileSync(path, "utf8"), /\b(test|it)\(/);
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
