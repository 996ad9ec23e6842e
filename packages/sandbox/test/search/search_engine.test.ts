// The search engine as its caller sees it: what is found, in which order, page by page, and what survives export.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createRules } from "../../src/rules/rules.ts";
import { createSearchEngine, type SearchRequest } from "../../src/search/search_engine.ts";
import { SearchValidationError } from "../../src/search/search_error.ts";
import { readSearchSettings } from "../../src/search/settings.ts";
import { describeExplanation } from "../../src/search/visibility.ts";

const applicationId = "11111111-1111-4111-8111-111111111111";
const indexId = "22222222-2222-4222-8222-222222222222";
const start = Date.UTC(2026, 10, 23, 12);

function createFixture() {
  let nowMs = start;
  const rules = createRules({ "search.pageTokenSeconds": 300 });
  const engine = createSearchEngine({
    secret: "one sandbox",
    clock: () => new Date(nowMs),
    settings: () => readSearchSettings(rules),
  });
  const search = (queryText: string, more: Partial<SearchRequest> = {}) =>
    engine.search({ applicationId, indexId, queryText, user: { userId: "u-1" }, groups: [], ...more });
  const ids = (queryText: string, more: Partial<SearchRequest> = {}) =>
    search(queryText, more).relevantContent.map((item) => item.documentId);
  return { engine, rules, search, ids, advanceSeconds: (seconds: number) => (nowMs += seconds * 1000) };
}

function createFilledFixture() {
  const fixture = createFixture();
  const { engine } = fixture;
  engine.put(applicationId, indexId, {
    documentId: "leave",
    title: "Leave policy",
    uri: "https://docs.example.com/leave",
    dataSourceId: "ds-1",
    content: "Employees carry over five vacation days. Managers approve vacations in the portal.",
  });
  engine.put(applicationId, indexId, {
    documentId: "travel",
    title: "Travel",
    content: "Book flights through the portal. Vacation travel is private.",
  });
  engine.put(applicationId, indexId, {
    documentId: "payroll",
    content: "Salaries are paid on the last working day.",
    accessControl: { accessControls: [{ principals: [{ group: { name: "hr", access: "ALLOW" } }] }] },
  });
  return fixture;
}

test("the passage that covers more of the query comes first, with the higher confidence", () => {
  const { search } = createFilledFixture();
  const { relevantContent } = search("How many vacation days can employees carry over?");
  assert.deepEqual(
    relevantContent.map((item) => [item.documentId, item.scoreAttributes.scoreConfidence]),
    [
      ["leave", "HIGH"],
      ["travel", "LOW"],
    ],
  );
  assert.deepEqual(relevantContent[0]?.documentAttributes, [
    { name: "_source_uri", value: { stringValue: "https://docs.example.com/leave" } },
    { name: "_data_source_id", value: { stringValue: "ds-1" } },
    { name: "_document_title", value: { stringValue: "Leave policy" } },
  ]);
  assert.equal(relevantContent[0]?.documentUri, "https://docs.example.com/leave");
  assert.equal(relevantContent[0]?.documentTitle, "Leave policy");
});

test("a query whose every word the passage holds is VERY_HIGH", () => {
  const { search } = createFilledFixture();
  const { relevantContent } = search("employees carry over vacation days");
  assert.equal(relevantContent[0]?.scoreAttributes.scoreConfidence, "VERY_HIGH");
});

test("word forms, case, accents, prefixes and one typing error still find the passage", () => {
  const { engine, ids } = createFilledFixture();
  engine.put(applicationId, indexId, { documentId: "cafe", content: "The Café serves crêpes." });
  assert.deepEqual(ids("MANAGER"), ["leave"]);
  assert.deepEqual(ids("approving"), ["leave"]);
  assert.deepEqual(ids("cafe crepe"), ["cafe"]);
  assert.deepEqual(ids("emplo"), ["leave"]);
  assert.deepEqual(ids("sallary", { groups: ["hr"] }), ["payroll"]);
  assert.deepEqual(ids("xylophone"), []);
});

test("a document is shown only to the users and groups of its access list, and the log says why not", () => {
  const { search, ids } = createFilledFixture();
  assert.deepEqual(ids("salaries", { groups: ["hr"] }), ["payroll"]);
  const { relevantContent, explanation } = search("salaries", { groups: ["sales"] });
  assert.deepEqual(relevantContent, []);
  assert.deepEqual(explanation.hiddenByAccess, [
    { documentId: "payroll", reason: "the access list asks for group hr" },
  ]);
});

test("hidden documents do not change the confidence of visible ones", () => {
  const { engine, search } = createFilledFixture();
  const before = search("vacation days").relevantContent;
  for (let copy = 0; copy < 50; copy += 1) {
    engine.put(applicationId, indexId, {
      documentId: `secret-${copy}`,
      content: "vacation days of the board",
      accessControl: { accessControls: [{ principals: [{ user: { id: "ceo", access: "ALLOW" } }] }] },
    });
  }
  const confidences = (items: typeof before) => items.map((item) => item.scoreAttributes.scoreConfidence);
  assert.deepEqual(confidences(search("vacation days").relevantContent), confidences(before));
});

test("the data accessor's filters and the caller's filter both apply", () => {
  const { search, ids } = createFilledFixture();
  const onlyDs1 = { equalsTo: { name: "_data_source_id", value: { stringValue: "ds-1" } } };
  assert.deepEqual(ids("vacation", { filters: [onlyDs1] }), ["leave"]);
  const titled = { equalsTo: { name: "_document_title", value: { stringValue: "Travel" } } };
  assert.deepEqual(ids("vacation", { attributeFilter: titled }), ["travel"]);
  const { explanation } = search("vacation", { filters: [onlyDs1], attributeFilter: titled });
  assert.deepEqual(explanation.hiddenByAccessor, ["travel"]);
  assert.deepEqual(explanation.hiddenByFilter, ["leave"]);
  const salaries = search("salaries vacation", { attributeFilter: titled, groups: ["sales"] });
  assert.equal(
    describeExplanation(salaries.relevantContent.length, salaries.explanation),
    [
      "passages answered: 1; documents that match the query: 3",
      "kept back by access lists, asked for u-1; groups sales:",
      "· payroll: the access list asks for group hr",
      "kept back by the request's filter: leave",
    ].join("\n"),
  );
});

test("what AWS does not publish of access lists and filters is a switch, asked at each search", () => {
  const { engine, rules, search, ids } = createFilledFixture();
  const principals = [{ user: { id: "U-1", access: "ALLOW" as const } }];
  const others = [{ group: { name: "board", access: "ALLOW" as const } }];
  const accessControl = { accessControls: [{ principals }, { principals: others }] };
  engine.put(applicationId, indexId, { documentId: "minutes", content: "minutes", accessControl });
  assert.deepEqual(ids("minutes"), []);
  rules.set("search.accessListCase", "ignore");
  assert.deepEqual(ids("minutes"), []);
  rules.set("search.accessListRelation", "OR");
  assert.deepEqual(ids("minutes"), ["minutes"]);

  const leaf = { equalsTo: { name: "team", value: { stringValue: "hr" } } };
  const deep = { notFilter: { notFilter: { notFilter: leaf } } };
  assert.throws(() => search("minutes", { attributeFilter: deep }), /depth of more than 2/);
  rules.set("search.filterDepth", 3);
  assert.deepEqual(ids("minutes", { attributeFilter: deep }), ["minutes"]);
  rules.set("search.filterLength", 1);
  assert.throws(
    () => search("minutes", { attributeFilter: { orAllFilters: [leaf, leaf] } }),
    /length of more than 1/,
  );
});

test("putting a document again replaces it, deleting it removes it, deleting the index removes all", () => {
  const { engine, ids } = createFilledFixture();
  engine.put(applicationId, indexId, { documentId: "travel", content: "Trains only." });
  assert.deepEqual(ids("flights"), []);
  assert.deepEqual(ids("trains"), ["travel"]);
  assert.equal(engine.delete(applicationId, indexId, "travel"), true);
  assert.equal(engine.delete(applicationId, indexId, "travel"), false);
  assert.deepEqual(ids("trains"), []);
  engine.deleteIndex(applicationId, indexId);
  assert.deepEqual(engine.list(applicationId, indexId), []);
});

test("indexes of different applications do not see each other", () => {
  const { engine } = createFilledFixture();
  const other = "33333333-3333-4333-8333-333333333333";
  engine.put(other, indexId, { documentId: "foreign", content: "vacation" });
  const request = { indexId, queryText: "vacation", user: { userId: "u-1" }, groups: [] };
  const found = engine.search({ ...request, applicationId: other }).relevantContent;
  assert.deepEqual(
    found.map((item) => item.documentId),
    ["foreign"],
  );
});

test("equal matches are ordered by document id, and every run gives the same order", () => {
  const { engine, ids } = createFixture();
  for (const documentId of ["c", "a", "b"])
    engine.put(applicationId, indexId, { documentId, content: "same words" });
  assert.deepEqual(ids("same words"), ["a", "b", "c"]);
});

test("pages join to the whole result, each result once", () => {
  const { engine, search } = createFixture();
  for (let number = 0; number < 25; number += 1) {
    engine.put(applicationId, indexId, { documentId: `d-${number}`, content: `report ${number}` });
  }
  const seen: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = search("report", { maxResults: 10, nextToken });
    seen.push(...page.relevantContent.map((item) => item.documentId));
    nextToken = page.nextToken;
    if (nextToken !== undefined) assert.ok(nextToken.length <= 800);
  } while (nextToken !== undefined);
  assert.equal(seen.length, 25);
  assert.equal(new Set(seen).size, 25);
});

test("a paging token of another query, user, filter, index or sandbox is refused", () => {
  const { engine, search } = createFixture();
  const stranger = createSearchEngine({ secret: "another sandbox", clock: () => new Date(start) });
  for (const documentId of ["a", "b"]) {
    engine.put(applicationId, indexId, { documentId, content: "report of the year" });
    stranger.put(applicationId, indexId, { documentId, content: "report of the year" });
  }
  const { nextToken } = search("report", { maxResults: 1 });
  assert.ok(nextToken !== undefined);
  const filter = { greaterThan: { name: "_created_at", value: { dateValue: new Date(0) } } };
  const foreign: [string, Partial<SearchRequest>][] = [
    ["year", {}],
    ["report", { user: { userId: "u-2" } }],
    ["report", { groups: ["hr"] }],
    ["report", { attributeFilter: filter }],
    ["report", { filters: [filter] }],
    ["report", { indexId: "other" }],
  ];
  for (const [queryText, more] of foreign) {
    assert.throws(
      () => search(queryText, { nextToken, ...more }),
      /nextToken: does not belong to this search/,
    );
  }
  for (const broken of [
    "",
    ".",
    "x",
    `${nextToken}x`,
    `x${nextToken}`,
    "a.b.c",
    "é".repeat(43),
    "y".repeat(801),
  ]) {
    assert.throws(() => search("report", { nextToken: broken }), SearchValidationError, broken);
  }
  const request = { applicationId, indexId, queryText: "report", user: { userId: "u-1" }, groups: [] };
  assert.throws(() => stranger.search({ ...request, nextToken }), /does not belong/);
  const filtered = search("report", { maxResults: 1, attributeFilter: { notFilter: filter } }).nextToken;
  const later = { greaterThan: { name: "_created_at", value: { dateValue: new Date(1000) } } };
  assert.throws(
    () => search("report", { nextToken: filtered, attributeFilter: { notFilter: later } }),
    /belong/,
  );
});

test("a paging token expires after its lifetime", () => {
  const { engine, search, advanceSeconds } = createFixture();
  for (const documentId of ["a", "b"]) engine.put(applicationId, indexId, { documentId, content: "report" });
  const { nextToken } = search("report", { maxResults: 1 });
  advanceSeconds(299);
  assert.equal(search("report", { nextToken }).relevantContent.length, 1);
  advanceSeconds(1);
  assert.throws(() => search("report", { nextToken }), /nextToken: has expired/);
});

test("a blank query and maxResults out of 1 to 100 are refused by name", () => {
  const { search } = createFilledFixture();
  assert.throws(() => search("  "), /queryText: must not be blank/);
  for (const maxResults of [0, 101, 1.5, -1, Number.NaN]) {
    assert.throws(
      () => search("vacation", { maxResults }),
      /maxResults: must be a whole number from 1 to 100/,
    );
  }
  assert.equal(search("vacation", { maxResults: 100 }).relevantContent.length, 2);
});

test("a query of nothing but stop words finds nothing", () => {
  const { ids } = createFilledFixture();
  assert.deepEqual(ids("what is the"), []);
  assert.deepEqual(ids("?!"), []);
});

test("export and import keep documents, and a paging token stays good with the same secret", () => {
  const { engine, search } = createFilledFixture();
  const { nextToken, relevantContent } = search("vacation", { maxResults: 1 });
  const text = JSON.stringify(engine.export());
  const second = createFixture();
  second.engine.import(JSON.parse(text));
  assert.deepEqual(second.engine.export(), engine.export());
  const rest = second.search("vacation", { maxResults: 1, nextToken }).relevantContent;
  assert.deepEqual([...relevantContent, ...rest].map((item) => item.documentId).sort(), ["leave", "travel"]);
});

test("a state of an unknown version or with a bad document is refused and changes nothing", () => {
  const { engine, ids } = createFilledFixture();
  const before = ids("vacation");
  const version = 2 as unknown as 1;
  assert.throws(() => engine.import({ version, indexes: [] }), /version: must be 1/);
  const documents = [{ documentId: "", content: "x" }];
  assert.throws(
    () => engine.import({ version: 1, indexes: [{ applicationId, indexId, documents }] }),
    SearchValidationError,
  );
  assert.deepEqual(ids("vacation"), before);
});
