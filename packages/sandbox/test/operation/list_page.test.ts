// Lists: one page after the other in a service's own words, and no token of another list.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsError } from "../../src/ground/errors.ts";
import { listing } from "../../src/operation/list_page.ts";
import type { OperationContext } from "../../src/operation/operation.ts";

const context = {
  service: "iam",
  operation: "ListRoles",
  accountId: "111122223333",
  region: "eu-west-1",
} as OperationContext;
const list = listing({
  size: "MaxItems",
  token: "Marker",
  next: "Marker",
  truncated: "IsTruncated",
  told: "marker",
});
const plain = listing({ size: "maxResults", token: "nextToken", next: "nextToken", told: "nextToken" });
const items = Array.from({ length: 7 }, (_, at) => at);
const show = (item: number) => `#${item}`;

test("pages follow each other until nothing is left, and the service's words say so", () => {
  const first = list(context, { MaxItems: 3 }, items, { as: "Roles", show });
  assert.deepEqual(first["Roles"], ["#0", "#1", "#2"]);
  assert.equal(first["IsTruncated"], true);
  const second = list(context, { MaxItems: 3, Marker: first["Marker"] }, items, { as: "Roles", show });
  const third = list(context, { MaxItems: 3, Marker: second["Marker"] }, items, { as: "Roles", show });
  assert.deepEqual(third, { Roles: ["#6"], Marker: undefined, IsTruncated: false });
});

test("without a size the usual one counts; the most holds whatever is asked", () => {
  assert.equal((plain(context, {}, items, { as: "all", show, usual: 5 })["all"] as []).length, 5);
  assert.equal(
    (plain(context, { maxResults: 6 }, items, { as: "all", show, usual: 5 })["all"] as []).length,
    6,
  );
  const bounded = plain(context, { maxResults: 6 }, items, { as: "all", show, usual: 5, most: 5 });
  assert.equal((bounded["all"] as []).length, 5);
  assert.ok(!("IsTruncated" in bounded));
});

test("a token belongs to the list it was given for", () => {
  const { nextToken } = plain(context, { maxResults: 2 }, items, { as: "all", show, filter: "a" });
  assert.ok(nextToken);
  assert.throws(
    () => plain(context, { maxResults: 2, nextToken }, items, { as: "all", show, filter: "b" }),
    (error) =>
      error instanceof AwsError && error.rule === "input.constraint" && /nextToken/.test(error.message),
  );
});
