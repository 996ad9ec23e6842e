// The documentation as static pages: every page has a door, every link leads somewhere, the search finds, and nothing is
// loaded from anywhere. The whole site is built in memory, which takes about a second.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { after, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { parseDocument } from "htmlparser2";
import { buildSite } from "../../scripts/docs_site/build_site.ts";
import { glossaryPage, readGlossary, termsFor } from "../../scripts/docs_site/glossary.ts";
import { headingsOf, type SearchSection } from "../../scripts/docs_site/markdown_page.ts";
import { runSite } from "../../scripts/docs_site/site.ts";
import { readNavigation, sitePages } from "../../scripts/docs_site/site_pages.ts";
import { root } from "./checkout.ts";

const site = buildSite({ root });
const pages = sitePages(root);
const textOf = (path: string): string => String(site.files.get(path));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Found {
  words: string[];
  found: { url: string; page: string; heading: string; passage: string }[];
}

const search = ((): ((query: string) => Found) => {
  const world = createContext({});
  for (const name of ["find.js", "search_index.js"]) runInContext(textOf(name), world);
  return (query) =>
    JSON.parse(
      runInContext(`JSON.stringify(findSections(searchSections, ${JSON.stringify(query)}))`, world) as string,
    ) as Found;
})();

/** Every attribute of some name in a page. */
function attributes(html: string, ...names: string[]): string[] {
  const found: string[] = [];
  const walk = (node: object): void => {
    const { attribs = {}, children = [] } = node as { attribs?: Record<string, string>; children?: object[] };
    for (const name of names) if (attribs[name] !== undefined) found.push(attribs[name]);
    for (const child of children) walk(child);
  };
  walk(parseDocument(html));
  return found;
}

test("the site has no fault, every page, and every page is in the navigation", () => {
  assert.deepEqual(site.faults, []);
  assert.ok(pages.size > 45);
  const groups = readNavigation(read("docs/README.md"), pages);
  const linked = groups.flatMap((group) => group.pages.map(({ source }) => source));
  assert.deepEqual([...linked, "docs/README.md"].toSorted(), [...pages.keys()].toSorted());
  for (const { url } of pages.values()) {
    const html = textOf(url);
    assert.match(html, /^<!doctype html>/, url);
    assert.equal(html.match(/<h1[ >]/g)?.length, 1, url);
    assert.doesNotMatch(html, />undefined<|\[object /, url);
  }
});

test("every link of every page leads to a file of the site and to something that has that name there", () => {
  const ids = new Map([...pages.values()].map(({ url }) => [url, new Set(attributes(textOf(url), "id"))]));
  const broken: string[] = [];
  for (const { url } of pages.values()) {
    for (const href of attributes(textOf(url), "href", "src")) {
      if (/^(https?|mailto):/.test(href)) continue;
      const [path = "", anchor] = href.split("#");
      const target = path === "" ? url : posix.normalize(posix.join(posix.dirname(url), path));
      if (!site.files.has(target)) broken.push(`${url} → ${href}`);
      else if (anchor !== undefined && ids.get(target)?.has(anchor) !== true) broken.push(`${url} → ${href}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("what is typed can be copied, what is printed not; a long name breaks where its parts end", () => {
  const html = textOf("docs/guides/getting-started.html");
  assert.match(html, /<pre tabindex="0" class="copied"><code>npm start/);
  assert.match(html, /<pre tabindex="0"><code>…\n/);
  assert.match(textOf("docs/errors.html"), /<code>presence_<wbr>required<\/code>/);
});

test("a page loads its own files and nothing else, and its policy says so", () => {
  for (const { url } of pages.values()) {
    const html = textOf(url);
    assert.match(html, /http-equiv="Content-Security-Policy" content="default-src 'none';/);
    assert.doesNotMatch(html, /<(script|link|img|iframe)[^>]+(src|href)="(https?:)?\/\//, url);
    assert.doesNotMatch(html, /<style|<script>|\son\w+="|\sstyle="/, url);
  }
  assert.doesNotMatch(textOf("site.css"), /url\(|@import/);
});

test("the search finds codes, commands and words, the section that is about them first", () => {
  const first = (query: string): string => search(query).found[0]?.url ?? "";
  assert.match(first("presence_required"), /errors\.html|troubleshooting\.html|minting\.html/);
  assert.match(first("TTI_ISSUER"), /^docs\/(configuration|operations)\.html/);
  assert.match(first("refresh token rotation"), /^docs\//);
  assert.match(first("InvalidGrantException"), /troubleshooting|exchange-failures|exchange/);
  assert.equal(first("session tag"), "docs/glossary.html#session-tag");
  assert.match(first("--secret-stdin"), /^docs\//);
  assert.match(first("emails.value /v1/users sts:SetContext AWS::QBusiness"), /^$/);
  assert.match(first("sts:SetContext"), /troubleshooting|exchange|refusals/);
  assert.match(first("refresh token"), /^docs\/(glossary|connecting-an-application)\.html/);
  const [hit] = search("data accessor").found;
  assert.match(hit?.passage ?? "", /data accessor/i);
});

test("the search takes a word that no page has for one it resembles, and says nothing to nonsense", () => {
  assert.deepEqual(
    search("refesh").words,
    ["refesh"].map(() => "refresh"),
  );
  assert.ok(search("refesh").found.length > 0);
  assert.deepEqual(search("xqzvkj").found, []);
  assert.deepEqual(search("  ( * [ \\ ").found, []);
  for (const hostile of ["a-b", "a/b", "x::y", "$&", "\\d+", "\u{1f600}", "constructor"]) search(hostile);
});

test("every section of every page is in the index once", () => {
  const sections = JSON.parse(
    textOf("search_index.js").replace(/^globalThis\.searchSections = |;\n$/g, ""),
  ) as SearchSection[];
  const urls = sections.map(({ url }) => url);
  assert.equal(new Set(urls).size, urls.length);
  for (const [source, { url }] of pages) {
    const count = headingsOf(read(source)).length;
    assert.equal(urls.filter((one) => one.replace(/#.*/, "") === url).length, count, source);
  }
});

test("the glossary has each term once, in order, with what it means", () => {
  const entries = readGlossary(read(glossaryPage));
  assert.ok(entries.length > 40);
  const first = entries.map(({ names }) => names[0]?.toLowerCase() ?? "");
  assert.deepEqual(first, first.toSorted());
  const names = entries.flatMap((entry) => entry.names.map((name) => name.toLowerCase()));
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const { names: spellings, meaning } of entries) assert.ok(meaning.length > 15, spellings.join());
});

test("a page links a term where it first uses it, once, and neither in code nor in a heading", () => {
  const html = textOf("docs/handoff.html");
  const terms = [...html.matchAll(/<a class="term" href="([^"]+)" title="([^"]+)">/g)].map(
    ([, href]) => href,
  );
  assert.ok(terms.length > 3);
  assert.equal(new Set(terms).size, terms.length);
  assert.doesNotMatch(html, /<(code|h\d)[^>]*>[^<]*<a class="term"/);
  const [term] = termsFor("docs/keys.md", [
    { names: ["Trusted token issuer", "TTI"], id: "tti", meaning: "It." },
  ]);
  assert.match("of a trusted token issuer", term?.pattern ?? /^$/);
  assert.match("two TTIs", term?.pattern ?? /^$/);
  assert.doesNotMatch("set TTI_ISSUER, tti serve, a-TTI", term?.pattern ?? /./);
  assert.deepEqual(termsFor(glossaryPage, readGlossary(read(glossaryPage))), []);
});

const folder = mkdtempSync(join(tmpdir(), "tti-site-"));
after(() => rmSync(folder, { recursive: true }));

/** A small project that has these pages. */
function smallProject(given: Record<string, string>): string {
  const small = mkdtempSync(join(folder, "small-"));
  const doors = Object.keys(given)
    .filter((path) => path.startsWith("docs/"))
    .map((path) => `- [a page](${path.slice(5)})`);
  const all = {
    "package.json": '{"version":"1.0.0"}',
    "docs/README.md": `# D\n\n## G\n\n${doors.join("\n")}\n- [g](glossary.md)\n`,
    "docs/glossary.md": "# G\n",
    ...given,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(small, path)), { recursive: true });
    writeFileSync(join(small, path), text);
  }
  return small;
}

const faultsOf = (given: Record<string, string>) => buildSite({ root: smallProject(given) }).faults;

test("what leads nowhere is told, with its page", () => {
  assert.deepEqual(faultsOf({ "docs/a.md": "# A\n\n[b](b.md) [c](#there) ## x\n" }), [
    "docs/a.md: b.md: there is no docs/b.md",
    "docs/a.md: #there: docs/a.md has no heading #there",
  ]);
  assert.deepEqual(
    faultsOf({ "docs/a.md": "# A\n\n[b](b.md#b-2)\n", "docs/b.md": "# T\n\n## B\n\n## B\n" }),
    ["docs/a.md: b.md#b-2: docs/b.md has no heading #b-2"],
  );
  assert.deepEqual(
    faultsOf({ "docs/a.md": "# A\n\n[b](b.md#b-1)\n", "docs/b.md": "# T\n\n## B\n\n## B\n" }),
    [],
  );
  assert.match(faultsOf({ "docs/a.md": "# A\n\n[out](../../etc/passwd)\n" }).join(), /there is no \.\./);
  assert.match(faultsOf({ "docs/a.md": "# A\n\n[x](javascript:alert) [y](/etc)\n" }).join(), /only https/);
  assert.match(
    faultsOf({ "docs/a.md": "# A\n\n![p](https://a.example/p.png)\n" }).join(),
    /none of the project's own/,
  );
  assert.match(faultsOf({ "docs/a.md": "no heading\n" }).join(), /does not begin with a heading/);
  assert.match(faultsOf({ "docs/a.md": "# A\n\nset <region> first\n" }).join(), /<region> is read as HTML/);
  assert.deepEqual(faultsOf({ "SECURITY.md": "# S\n" }), [
    "docs/README.md: no link leads to SECURITY.md; put one below a second heading",
  ]);
});

const command = (...words: string[]) => commandIn(root, words);

function commandIn(project: string, words: string[]) {
  const said = { stdout: "", stderr: "" };
  const into = (stream: "stdout" | "stderr") => (text: string) => {
    said[stream] += text;
  };
  const exitCode = runSite(words, { stdout: into("stdout"), stderr: into("stderr") }, project);
  return { exitCode, ...said };
}

test("npm run site writes the pages, replaces its own, and leaves every other folder alone", () => {
  const out = join(folder, "out");
  const { exitCode, stdout } = command("--out", out, "--source", "https://forge.example/isv/blob/v1");
  assert.equal(exitCode, 0);
  assert.equal(stdout, `${pages.size} pages. Open ${join(out, "index.html")}\n`);
  const keys = readFileSync(join(out, "docs/keys.html"), "utf8");
  assert.match(keys, /href="https:\/\/forge\.example\/isv\/blob\/v1\/test\//);
  writeFileSync(join(out, "docs/old.html"), "");
  assert.equal(command("--out", out).exitCode, 0);
  assert.equal(existsSync(join(out, "docs/old.html")), false);
  assert.doesNotMatch(readFileSync(join(out, "docs/keys.html"), "utf8"), /forge\.example/);
  const other = join(folder, "other");
  mkdirSync(other);
  writeFileSync(join(other, "mine"), "");
  const refused = command("--out", other);
  assert.deepEqual([refused.exitCode, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /is not empty and holds no site; name another folder with --out/);
  assert.ok(existsSync(join(other, "mine")));
});

test("with a link that leads nowhere nothing is written, and what was there stays", () => {
  const out = join(folder, "kept");
  const good = smallProject({ "docs/a.md": "# A\n" });
  assert.equal(commandIn(good, ["--out", out]).exitCode, 0);
  const before = readFileSync(join(out, "docs/a.html"), "utf8");
  const bad = smallProject({ "docs/a.md": "# A\n\n[b](b.md)\n" });
  assert.deepEqual(commandIn(bad, ["--out", out]), {
    exitCode: 1,
    stdout: "",
    stderr: "docs/a.md: b.md: there is no docs/b.md\nNothing was written.\n",
  });
  assert.equal(readFileSync(join(out, "docs/a.html"), "utf8"), before);
});

test("its help has an example, and a wrong word is named", () => {
  const { exitCode, stdout } = command("--help");
  assert.equal(exitCode, 0);
  assert.match(stdout, /^Usage: npm run site/);
  assert.match(stdout, /Example:\n {2}\$ npm run site\n/);
  for (const [words, told] of [
    [["--outt", "x"], /--outt/],
    [["--source", "ftp://x"], /--source "ftp:\/\/x" is no http or https URL/],
    [["--out", ""], /--out names no folder/],
    [["now"], /now/],
  ] as const) {
    const refused = command(...words);
    assert.deepEqual([refused.exitCode, refused.stdout], [1, ""]);
    assert.match(refused.stderr, told);
  }
});
