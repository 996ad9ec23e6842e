// The access file of a folder: which rule decides, and how faults are told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAccessFile } from "../../../src/search/load/access_file.ts";
import { compileGlob } from "../../../src/search/load/glob.ts";

const parse = (value: unknown) => parseAccessFile(JSON.stringify(value), "access.json");

test("a pattern's star stays within a name, two stars cross folders", () => {
  const cases: [string, string, boolean][] = [
    ["*.md", "a.md", true],
    ["*.md", "hr/a.md", false],
    ["**/*.md", "a.md", true],
    ["**/*.md", "hr/x/a.md", true],
    ["hr/**", "hr/x/a.md", true],
    ["hr/**", "hrx/a.md", false],
    ["hr/", "hr/x/a.md", true],
    ["hr/**/", "hr/x/a.md", true],
    ["**/**/a.md", "x/a.md", true],
    ["**", "x/a.md", true],
    ["hr/a?.md", "hr/ab.md", true],
    ["hr/a?.md", "hr/a/.md", false],
    ["a+b(1).md", "a+b(1).md", true],
    ["a.md", "abmd", false],
  ];
  for (const [pattern, path, expected] of cases) {
    assert.equal(compileGlob(pattern)(path), expected, `${pattern} on ${path}`);
  }
});

test("the last rule that speaks of access decides, attributes add up", () => {
  const file = parse({
    baseUri: "https://docs.example.com/",
    rules: [
      { path: "**", public: true, attributes: { team: "all", pages: 3 } },
      {
        path: "hr/**",
        users: ["ada@example.com"],
        groups: ["hr"],
        denyUsers: ["bob"],
        memberRelation: "AND",
      },
      {
        path: "**/*.pdf",
        attributes: { team: "print", tags: ["a"], _created_at: "2026-01-02", due: { date: "2026-01-02" } },
      },
    ],
  });
  assert.equal(file.baseUri, "https://docs.example.com/");
  assert.equal(file.settingsOf("a.md").access, "public");
  assert.deepEqual(file.settingsOf("hr/a.pdf"), {
    access: {
      accessControls: [
        {
          principals: [
            { user: { id: "ada@example.com", access: "ALLOW" } },
            { group: { name: "hr", access: "ALLOW" } },
            { user: { id: "bob", access: "DENY" } },
          ],
          memberRelation: "AND",
        },
      ],
    },
    attributes: [
      { name: "team", value: { stringValue: "print" } },
      { name: "pages", value: { longValue: 3 } },
      { name: "tags", value: { stringListValue: ["a"] } },
      { name: "_created_at", value: { dateValue: 1_767_312_000 } },
      { name: "due", value: { dateValue: 1_767_312_000 } },
    ],
  });
});

test("a path no rule gives access to is unlisted, even if a rule gives it attributes", () => {
  const file = parse({
    rules: [
      { path: "hr/**", groups: ["hr"] },
      { path: "**", attributes: { a: "b" } },
    ],
  });
  assert.equal(file.settingsOf("a.md").access, "unlisted");
  assert.notEqual(file.settingsOf("hr/a.md").access, "unlisted");
});

test("a fault is told with file, place and fix", () => {
  const faults: [unknown, RegExp][] = [
    [{}, /^access\.json, rules: /],
    [{ rules: [] }, /^access\.json, rules: /],
    [{ rules: [{ path: "/etc/*", public: true }] }, /rules\[0\]\.path: must be a path below the folder/],
    [{ rules: [{ path: "../x", public: true }] }, /rules\[0\]\.path: must be a path below the folder/],
    [{ rules: [{ path: "a\\b", public: true }] }, /rules\[0\]\.path: must use \//],
    [{ rules: [{ path: "a" }] }, /rules\[0\]: says nothing; give it users, groups/],
    [{ rules: [{ path: "a", public: true, groups: ["hr"] }] }, /rules\[0\]: is public and names/],
    [{ rules: [{ path: "a", denyUsers: ["bob"] }] }, /rules\[0\]: denies some but allows nobody/],
    [{ rules: [{ path: "a", user: ["x"], public: true }] }, /rules\[0\]: .*user/],
    [{ rules: [{ path: "a", users: "ada" }] }, /rules\[0\]\.users: /],
    [
      { rules: [{ path: "a", attributes: { x: 1.5 } }] },
      /rules\[0\]\.attributes\.x: must be a text, a whole number/,
    ],
    [{ baseUri: "docs", rules: [{ path: "a", public: true }] }, /baseUri: must be a URL that ends in \//],
  ];
  for (const [value, message] of faults) {
    assert.throws(() => parse(value), { code: "SANDBOX_ACCESS_FILE_INVALID", message });
  }
});

test("a text that is not JSON is told with its line", () => {
  const faults: [string, number][] = [
    ['{\n  "rules": [\n    oops\n', 3],
    ['{\n  "rules": [],\n}', 3],
    ["{ 'rules': [] }", 1],
    ['{\n  "a": 1\n  "b": 2\n}', 3],
    ['{\n "a": "x\n"}', 2],
    ['{\n "a": [1, 2\n', 3],
    ['{"a": 01}', 1],
    ["[\n// note\n]", 2],
    ['{"a": 1}\n{', 2],
    ["", 1],
  ];
  for (const [text, line] of faults) {
    assert.throws(() => JSON.parse(text));
    const message = new RegExp(`^access\\.json, line ${line}: is not JSON`);
    assert.throws(
      () => parseAccessFile(text, "access.json"),
      { code: "SANDBOX_ACCESS_FILE_INVALID", message },
      text,
    );
  }
});
