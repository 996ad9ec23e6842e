// docs/refusals.md shows what the running sandbox does: each of its ten mistakes is made anew, and both blocks compared.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalCases } from "./refusal_cases.ts";
import { renderRefusals } from "./refusals_page.ts";

test("ten refusals print and say what docs/refusals.md shows, and each is explained", async () => {
  const { present, right } = await renderRefusals();
  assert.equal(present, right, "run: npm run docs");
  assert.equal(refusalCases.length, 10);
  const explained = present.split(/^## /m).filter((section) => /^\d+\. /.test(section));
  assert.equal(explained.length, 10);
  for (const section of explained)
    assert.match(section, /\*\*What it means\.\*\* .+\*\*Who mends it\.\*\* .+\*\*How\.\*\* .+/s);
  assert.doesNotMatch(present, /eyJ[\w-]{4,}\.|(AKIA|ASIA)\w{8,}/);
});
