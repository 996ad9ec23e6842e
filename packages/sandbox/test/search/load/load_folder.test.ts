// Loading a folder: which files become documents, and what is refused.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { SearchDocument } from "../../../src/search/document.ts";
import { type ReadFolderOptions, readFolder } from "../../../src/search/load/read_folder.ts";
import { createSearchEngine } from "../../../src/search/search_engine.ts";
import { writePdf } from "../text/pdf_fixture.ts";

let base = "";
let folder = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "tti-load-"));
  folder = join(base, "docs");
  await mkdir(folder);
});
afterEach(() => rm(base, { recursive: true }));

async function write(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function loadFolder(
  directory: string,
  put: (document: SearchDocument) => void,
  options: ReadFolderOptions = {},
) {
  const loaded: string[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for await (const entry of readFolder(directory, options)) {
    if (entry.kind === "skipped") {
      assert.ok(!`${entry.path} ${entry.reason}`.includes(base), "no absolute path is told");
      skipped.push({ path: entry.path, reason: entry.reason });
      continue;
    }
    put(entry.document);
    loaded.push(entry.path);
  }
  return { loaded, skipped };
}

async function load(options: ReadFolderOptions = {}) {
  const documents: SearchDocument[] = [];
  const report = await loadFolder(folder, (document) => void documents.push(document), options);
  return { documents, ...report };
}

test("text, Markdown, HTML and PDF become documents with title, type and access", async () => {
  await write({
    "access.json": JSON.stringify({
      baseUri: "https://docs.example.com/",
      rules: [
        { path: "**", public: true },
        { path: "hr/**", groups: ["hr"], attributes: { team: "hr" } },
      ],
    }),
    "readme.txt": "Welcome.",
    "hr/leave policy.md": "# Annual leave\n\nFive days carry over.",
    "site/index.html": "<title>Start</title><p>Hello</p>",
    "hr/pay.pdf": writePdf(["Paid monthly."], "Payroll"),
  });
  const { documents, loaded, skipped } = await load({ dataSourceId: "ds-1" });
  assert.deepEqual(skipped, []);
  assert.deepEqual(loaded, ["hr/leave policy.md", "hr/pay.pdf", "readme.txt", "site/index.html"]);
  assert.deepEqual(
    documents.map((document) => [document.title, document.content, document.uri]),
    [
      [
        "Annual leave",
        "Annual leave\n\nFive days carry over.",
        "https://docs.example.com/hr/leave%20policy.md",
      ],
      ["Payroll", "Paid monthly.", "https://docs.example.com/hr/pay.pdf"],
      ["readme", "Welcome.", "https://docs.example.com/readme.txt"],
      ["Start", "Hello", "https://docs.example.com/site/index.html"],
    ],
  );
  assert.deepEqual(documents[0]?.attributes, [
    { name: "team", value: { stringValue: "hr" } },
    { name: "_file_type", value: { stringValue: "MD" } },
  ]);
  assert.equal(documents[0]?.dataSourceId, "ds-1");
  assert.deepEqual(documents[0]?.accessControl, {
    accessControls: [{ principals: [{ group: { name: "hr", access: "ALLOW" } }], memberRelation: "OR" }],
  });
  assert.equal(documents[2]?.accessControl, undefined);
});

test("a loaded folder is searched with its access lists", async () => {
  await write({
    ".access.json": JSON.stringify({ rules: [{ path: "pay.md", users: ["ada@example.com"] }] }),
    "pay.md": "Salaries are paid monthly.",
    "other.md": "Salaries of others.",
  });
  const engine = createSearchEngine({ secret: "s", clock: () => new Date(0) });
  const report = await loadFolder(folder, (document) => engine.put("app", "index", document));
  assert.deepEqual(report.loaded, ["pay.md"]);
  assert.match(report.skipped[0]?.reason ?? "", /has no rule in the access file; add one/);
  const search = (email: string) =>
    engine.search({
      applicationId: "app",
      indexId: "index",
      queryText: "salaries",
      user: { userId: "u", email },
      groups: [],
    });
  assert.equal(search("ada@example.com").relevantContent.length, 1);
  assert.equal(search("bob@example.com").relevantContent.length, 0);
});

test("without an access file every document is public", async () => {
  await write({ "a.txt": "text" });
  const { documents } = await load();
  assert.equal(documents[0]?.accessControl, undefined);
});

test("symbolic links are never followed, neither to files nor folders, nor as the access file", async () => {
  await writeFile(join(base, "secret.txt"), "secret");
  await mkdir(join(base, "outside"));
  await writeFile(join(base, "outside", "secret.txt"), "secret");
  await write({ "a.txt": "text" });
  await symlink(join(base, "secret.txt"), join(folder, "link.txt"));
  await symlink(join(base, "outside"), join(folder, "linked"));
  const { loaded, skipped } = await load();
  assert.deepEqual(loaded, ["a.txt"]);
  assert.deepEqual(
    skipped.map(({ path, reason }) => [path, reason]),
    [
      ["link.txt", "is a symbolic link; links are not followed"],
      ["linked", "is a symbolic link; links are not followed"],
    ],
  );
  await symlink(join(base, "secret.txt"), join(folder, "access.json"));
  await assert.rejects(load(), {
    code: "SANDBOX_ACCESS_FILE_INVALID",
    message: /access\.json is a symbolic link/,
  });
  await assert.rejects(load(), (error: Error) => !error.message.includes(base));
});

test("other files, empty ones, binary ones and those over the limits are skipped with the reason", async () => {
  await write({
    ".hidden.txt": "hidden",
    "a.docx": "x",
    "b.txt": " \n ",
    "c.txt": Uint8Array.of(0, 1, 2),
    "d.txt": "x".repeat(101),
    "e.md": "y".repeat(60),
    "f.pdf": "no pdf",
    "g\u0007.txt": "bell",
    "ok.txt": "text",
  });
  const { loaded, skipped } = await load({ maxFileBytes: 100, maxTextCharacters: 50 });
  assert.deepEqual(loaded, ["ok.txt"]);
  const reasons = Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]));
  assert.equal(reasons["a.docx"], "is not a .txt, .md, .html or .pdf file");
  assert.equal(reasons["b.txt"], "holds no text");
  assert.equal(reasons["c.txt"], "holds binary data, not text");
  assert.equal(reasons["d.txt"], "is larger than 100 bytes");
  assert.equal(reasons["e.md"], "holds more than 50 characters of text");
  assert.match(reasons["f.pdf"] ?? "", /is not a readable PDF/);
  assert.match(reasons["g\u0007.txt"] ?? "", /documentId: must not hold control characters/);
  assert.equal(reasons[".hidden.txt"], undefined);
});

test("a missing folder, a file, too many files and two access files are told at once", async () => {
  await assert.rejects(
    loadFolder(join(folder, "none"), () => {}),
    { code: "SANDBOX_LOAD_FOLDER", message: /cannot be read\. Give the path of an existing folder/ },
  );
  await write({ "a.txt": "a", "b.txt": "b" });
  await assert.rejects(
    loadFolder(join(folder, "a.txt"), () => {}),
    { code: "SANDBOX_LOAD_FOLDER", message: /is not a folder/ },
  );
  await assert.rejects(load({ maxFiles: 1 }), { code: "SANDBOX_LOAD_FOLDER", message: /more than 1 files/ });
  await write({ "access.json": "{}", ".access.json": "{}" });
  await assert.rejects(load(), {
    code: "SANDBOX_ACCESS_FILE_INVALID",
    message: /holds both access\.json and/,
  });
});

test("every file is told of, in order of the path", async () => {
  await write({ "b.txt": "b", "a.txt": "a", "c.xyz": "c" });
  const seen: string[] = [];
  for await (const entry of readFolder(folder)) seen.push(`${entry.kind} ${entry.path}`);
  assert.deepEqual(seen, ["document a.txt", "document b.txt", "skipped c.xyz"]);
});

test("the access file is read as PowerShell writes it, and told when it is in no encoding it can be", async () => {
  const rules = JSON.stringify({ rules: [{ path: "**", groups: ["höfe"] }] });
  for (const bytes of [Buffer.from(`\ufeff${rules}`), Buffer.from(`\ufeff${rules}`, "utf16le")]) {
    await write({ "access.json": bytes, "a.txt": "text" });
    assert.deepEqual((await load()).loaded, ["a.txt"]);
  }
  await write({ "access.json": Buffer.from(rules, "latin1") });
  await assert.rejects(load(), /access\.json is neither UTF-8 nor UTF-16/);
});
