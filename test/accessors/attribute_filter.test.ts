// An attribute filter narrows what is found; so one that AWS would not apply as it is written is refused, by its member.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readAttributeFilter } from "../../src/accessors/attribute_filter.ts";

const equals = (value: unknown, name: unknown = "_source") => ({ equalsTo: { name, value } });

test("a filter is taken as it is, its dates as dates", () => {
  const written = {
    andAllFilters: [
      equals({ stringValue: "" }),
      { orAllFilters: [{ containsAny: { name: "tags", value: { stringListValue: ["a", "b"] } } }] },
      { notFilter: { lessThan: { name: "size", value: { longValue: 3 } } } },
    ],
  };
  assert.deepEqual(readAttributeFilter(written), { filter: written });
  const at = new Date("2026-11-26T12:00:00Z");
  for (const dateValue of ["2026-11-26T12:00:00Z", "2026-11-26T13:00:00+01:00", at.getTime() / 1000, at]) {
    assert.deepEqual(readAttributeFilter(equals({ dateValue })), { filter: equals({ dateValue: at }) });
  }
});

const deep = (depth: number): unknown =>
  depth === 0 ? equals({ stringValue: "x" }) : { notFilter: deep(depth - 1) };

for (const [path, filter] of [
  ["", {}],
  ["", []],
  ["equalTo", { equalTo: { name: "a", value: { stringValue: "x" } } }],
  ["__proto__", JSON.parse('{"__proto__":{}}')],
  ["andAllFilters/1/nope", { andAllFilters: [equals({ stringValue: "x" }), { nope: 1 }] }],
  ["andAllFilters", { andAllFilters: [] }],
  ["andAllFilters", { andAllFilters: {} }],
  ["notFilter", { notFilter: null }],
  ["equalsTo/name", equals({ stringValue: "x" }, "")],
  ["equalsTo/name", equals({ stringValue: "x" }, "a b")],
  ["equalsTo/values", { equalsTo: { name: "a", values: [] } }],
  ["equalsTo/value", { equalsTo: { name: "a" } }],
  ["equalsTo/value", equals({})],
  ["equalsTo/value", equals({ stringValue: "x", longValue: 1 })],
  ["equalsTo/value/stringvalue", equals({ stringvalue: "x" })],
  ["equalsTo/value/stringValue", equals({ stringValue: 3 })],
  ["equalsTo/value/longValue", equals({ longValue: 1.5 })],
  ["equalsTo/value/stringListValue", equals({ stringListValue: ["a", 3] })],
  ["equalsTo/value/dateValue", equals({ dateValue: "yesterday" })],
  ["equalsTo/value/dateValue", equals({ dateValue: "2026-13-45" })],
  ["equalsTo/value/dateValue", equals({ dateValue: 1e15 })],
] as const) {
  test(`${JSON.stringify(filter)} is refused at "${path}"`, () => {
    const read = readAttributeFilter(filter);
    if (!("path" in read)) return assert.fail("taken");
    assert.equal(read.path.join("/"), path);
    assert.ok(read.fault !== "" && read.fix !== "");
    return undefined;
  });
}

test("one nested without end is refused, and no name of a member is told at length", () => {
  assert.ok("filter" in readAttributeFilter(deep(10)));
  assert.ok("path" in readAttributeFilter(deep(11)));
  const read = readAttributeFilter({ [`\u001b[2J${"x".repeat(9_000)}`]: 1 });
  assert.ok("path" in read && String(read.path[0]).length < 80 && !String(read.path[0]).includes("\u001b"));
});
