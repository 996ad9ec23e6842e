// AttributeFilter: every operator on every type, the refusals, and the limits.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesAttributeFilter, parseAttributeFilter } from "../../src/search/attribute_filter.ts";
import type { DocumentAttribute } from "../../src/search/document.ts";
import { SearchValidationError } from "../../src/search/search_error.ts";
import "../../../../test/support/property_seed.ts";

const attributes: DocumentAttribute[] = [
  { name: "team", value: { stringValue: "hr" } },
  { name: "tags", value: { stringListValue: ["a", "b", "c"] } },
  { name: "pages", value: { longValue: 12 } },
  { name: "_created_at", value: { dateValue: 1_700_000_000 } },
];

function matches(filter: unknown): boolean {
  return matchesAttributeFilter(parseAttributeFilter(filter), attributes);
}

const tags = (...stringListValue: string[]) => ({ name: "tags", value: { stringListValue } });
const pages = (longValue: number) => ({ name: "pages", value: { longValue } });
const created = (dateValue: unknown) => ({ name: "_created_at", value: { dateValue } });
const team = (stringValue: string) => ({ name: "team", value: { stringValue } });

test("equalsTo compares texts, numbers, dates and lists (as sets)", () => {
  assert.equal(matches({ equalsTo: team("hr") }), true);
  assert.equal(matches({ equalsTo: team("HR") }), false);
  assert.equal(matches({ equalsTo: pages(12) }), true);
  assert.equal(matches({ equalsTo: pages(13) }), false);
  assert.equal(matches({ equalsTo: created(1_700_000_000) }), true);
  assert.equal(matches({ equalsTo: created(1_700_000_001) }), false);
  assert.equal(matches({ equalsTo: tags("c", "b", "a") }), true);
  assert.equal(matches({ equalsTo: tags("a", "b") }), false);
});

test("containsAll and containsAny look into lists", () => {
  assert.equal(matches({ containsAll: tags("a", "c") }), true);
  assert.equal(matches({ containsAll: tags("a", "x") }), false);
  assert.equal(matches({ containsAny: tags("x", "c") }), true);
  assert.equal(matches({ containsAny: tags("x") }), false);
});

test("the four orders compare numbers and dates", () => {
  const expected: [string, [boolean, boolean, boolean]][] = [
    ["greaterThan", [true, false, false]],
    ["greaterThanOrEquals", [true, true, false]],
    ["lessThan", [false, false, true]],
    ["lessThanOrEquals", [false, true, true]],
  ];
  for (const [operator, answers] of expected) {
    assert.deepEqual(
      [11, 12, 13].map((number) => matches({ [operator]: pages(number) })),
      answers,
      operator,
    );
    assert.deepEqual(
      [-1, 0, 1].map((delta) => matches({ [operator]: created(1_700_000_000 + delta) })),
      answers,
      operator,
    );
  }
});

test("a date may come as epoch seconds, Date or ISO text", () => {
  assert.equal(matches({ equalsTo: created(new Date(1_700_000_000_000)) }), true);
  assert.equal(matches({ equalsTo: created("2023-11-14T22:13:20Z") }), true);
  assert.throws(() => matches({ equalsTo: created("yesterday") }), SearchValidationError);
});

test("and, or and not join filters", () => {
  const yes = { equalsTo: team("hr") };
  const no = { equalsTo: team("it") };
  assert.equal(matches({ andAllFilters: [yes, yes] }), true);
  assert.equal(matches({ andAllFilters: [yes, no] }), false);
  assert.equal(matches({ orAllFilters: [no, yes] }), true);
  assert.equal(matches({ orAllFilters: [no, no] }), false);
  assert.equal(matches({ notFilter: no }), true);
  assert.equal(matches({ andAllFilters: [yes, { notFilter: no }] }), true);
});

test("an attribute that is missing or of another type does not match; its negation does", () => {
  assert.equal(matches({ equalsTo: { name: "unknown", value: { stringValue: "x" } } }), false);
  assert.equal(matches({ greaterThan: { name: "team", value: { longValue: 1 } } }), false);
  assert.equal(matches({ notFilter: { equalsTo: { name: "unknown", value: { longValue: 1 } } } }), true);
});

test("a refused filter is named by its path, with the fix", () => {
  const leaf = { equalsTo: team("hr") };
  const refusals: [unknown, RegExp][] = [
    [null, /^attributeFilter: must be an object/],
    [[], /^attributeFilter: must be an object/],
    [{}, /^attributeFilter: must hold exactly one filter member, not 0/],
    [{ ...leaf, notFilter: leaf }, /exactly one filter member, not 2; join several with andAllFilters/],
    [{ near: team("hr") }, /^attributeFilter\.near: is not a member/],
    [{ andAllFilters: leaf }, /^attributeFilter\.andAllFilters: must be a list/],
    [{ andAllFilters: [] }, /^attributeFilter\.andAllFilters: must hold at least one filter/],
    [
      { orAllFilters: Array(11).fill(leaf) },
      /orAllFilters: AttributeFilter cannot have a length of more than 10/,
    ],
    [{ orAllFilters: [leaf, { equalsTo: {} }] }, /^attributeFilter\.orAllFilters\[1\]\.equalsTo\.name/],
    [
      { containsAll: team("hr") },
      /containsAll\.value: containsAll supports stringListValue, not stringValue/,
    ],
    [{ greaterThan: team("hr") }, /greaterThan supports longValue, dateValue, not stringValue/],
    [{ equalsTo: { name: "-x", value: { longValue: 1 } } }, /equalsTo\.name: must be 1 to 200 letters/],
    [{ equalsTo: { name: "x", value: {} } }, /equalsTo\.value: must hold exactly one of/],
    [{ equalsTo: { name: "x", value: { longValue: 1, stringValue: "1" } } }, /must hold exactly one of/],
  ];
  for (const [filter, message] of refusals) {
    assert.throws(() => parseAttributeFilter(filter), { name: "SearchValidationError", message });
  }
});

test("filters nest two deep, three are refused", () => {
  const leaf = { equalsTo: team("hr") };
  assert.equal(matches({ andAllFilters: [leaf, { orAllFilters: [leaf] }] }), true);
  assert.throws(
    () => parseAttributeFilter({ andAllFilters: [{ orAllFilters: [{ notFilter: leaf }] }] }),
    /AttributeFilter cannot have a depth of more than 2/,
  );
});

test("a deeply nested filter is refused without being walked", () => {
  let filter: unknown = { equalsTo: team("hr") };
  for (let depth = 0; depth < 100_000; depth += 1) filter = { notFilter: filter };
  assert.throws(() => parseAttributeFilter(filter), SearchValidationError);
});

test("whatever comes in, the parser answers with a filter or a validation error", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const candidate of [value, { equalsTo: value }, { andAllFilters: [value] }]) {
        try {
          matchesAttributeFilter(parseAttributeFilter(candidate), attributes);
        } catch (error) {
          assert.ok(error instanceof SearchValidationError, String(error));
        }
      }
    }),
    { numRuns: 500 },
  );
});
