// Tags: what adding and removing leave, by each service's rules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsError } from "../../src/ground/errors.ts";
import { addTags, readTags, removeTags, type TagRules, writeTags } from "../../src/operation/tags.ts";

const refusal = (rule: string) => new AwsError({ code: "X", status: 400, rule, why: rule, fix: "" });
const rules: TagRules = { most: 3, refuseMany: (count) => refusal(`many ${count}`) };
const strict: TagRules = { ...rules, ignoreCase: true, refuseTwice: (key) => refusal(`twice ${key}`) };
const tag = (key: string, value = "v") => ({ key, value });
const refusedBy = (rule: string) => (error: unknown) => error instanceof AwsError && error.rule === rule;

test("a new value takes the place of the old one; others stay", () => {
  assert.deepEqual(addTags([tag("a"), tag("b")], [tag("a", "new")], rules), [tag("b"), tag("a", "new")]);
  assert.deepEqual(addTags([tag("A")], [tag("a")], rules), [tag("A"), tag("a")]);
  assert.deepEqual(addTags([tag("A")], [tag("a")], strict), [tag("a")]);
});

test("a key given twice is refused where the service refuses it; elsewhere the last one counts", () => {
  assert.throws(() => addTags([], [tag("a"), tag("A")], strict), refusedBy("twice a"));
  assert.deepEqual(addTags([], [tag("a", "1"), tag("b"), tag("a", "2")], rules), [tag("b"), tag("a", "2")]);
});

test("more than the service has room for are refused with how many there would be", () => {
  const held = [tag("a"), tag("b")];
  assert.equal(addTags(held, [tag("b"), tag("c")], rules).length, 3);
  assert.throws(() => addTags(held, [tag("c"), tag("d")], rules), refusedBy("many 4"));
});

test("removing takes what is named and minds no other key", () => {
  assert.deepEqual(removeTags([tag("a"), tag("B")], ["b", "x"], {}), [tag("a"), tag("B")]);
  assert.deepEqual(removeTags([tag("a"), tag("B")], ["b", "x"], { ignoreCase: true }), [tag("a")]);
});

test("each service's spelling is read and written", () => {
  const words = { key: "TagKey", value: "TagValue" };
  const wire = [{ TagKey: "a", TagValue: "1" }];
  assert.deepEqual(readTags(wire, words), [tag("a", "1")]);
  assert.deepEqual(writeTags([tag("a", "1")], words), wire);
});
