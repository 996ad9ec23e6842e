// Text of HTML, Markdown, PDF and plain files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compileGlob } from "../../../src/search/load/glob.ts";
import { splitPassages } from "../../../src/search/passages.ts";
import { queryTerms } from "../../../src/search/terms.ts";
import {
  extractText,
  type ReadableContentType,
  UnreadableDocumentError,
} from "../../../src/search/text/extract_text.ts";
import { writePdf } from "./pdf_fixture.ts";

const extract = (content: string | Uint8Array, contentType: ReadableContentType) =>
  extractText(Buffer.from(content), contentType);

test("HTML gives its visible text in paragraphs, entities decoded, and its title", async () => {
  const html = `<!doctype html><html><head><title> Leave &amp;
    Travel </title><style>p { color: red }</style><script>steal()</script></head>
    <body><nav>Home</nav><h1>Leave</h1><p>Five&nbsp;days <b>carry</b> over.</p>
    <ul><li>One</li><li>Two</li></ul><table><tr><td>a</td><td>b</td></tr></table>
    <pre>x  y</pre><img src="x" alt="A chart"><!-- hidden --><template>no</template></body></html>`;
  const { text, title } = await extract(html, "HTML");
  assert.equal(title, "Leave & Travel");
  assert.equal(text, "Leave\n\nFive days carry over.\n\nOne\n\nTwo\n\na b\n\nx y\n\nA chart");
});

test("HTML without a title takes the first heading", async () => {
  assert.equal((await extract("<h1>First <i>one</i></h1><h1>Second</h1>", "HTML")).title, "First one");
  assert.equal((await extract("<p>text</p>", "HTML")).title, undefined);
});

test("HTML is read in the charset it declares", async () => {
  const latin1 = Buffer.from('<meta charset="windows-1252"><p>Café €</p>'.replace("€", "\x80"), "latin1");
  assert.equal((await extract(latin1, "HTML")).text, "Café €");
  assert.equal((await extract('<meta charset="no-such"><p>Café</p>', "HTML")).text, "Café");
});

test("every encoding that documents come in is read, or told", async () => {
  const latin1 = (text: string) => Buffer.from(text, "latin1");
  const late = `<title>${"x".repeat(9000)}</title><meta charset=iso-8859-1><p>Café</p>`;
  assert.match((await extract(latin1(late), "HTML")).text, /Café/);
  const xml = '<?xml version="1.0" encoding="ISO-8859-1"?><p>Café</p>';
  for (const type of ["HTML", "PLAIN_TEXT"] as const)
    assert.match((await extract(latin1(xml), type)).text, /Café/);
  assert.equal((await extract(latin1("<p>Café</p>"), "HTML")).text, "Café");
  assert.equal((await extract('<meta charset="utf-16"><p>Café</p>', "HTML")).text, "Café");
  for (const type of ["HTML", "MD", "PLAIN_TEXT"] as const) {
    const marked = Buffer.from("\ufeffCafé", "utf16le");
    assert.equal((await extract(marked, type)).text, "Café");
    assert.equal((await extract(Buffer.from(marked).swap16(), type)).text, "Café");
    await assert.rejects(extract(Buffer.from("Café", "utf16le"), type), /holds binary data/);
  }
  for (const type of ["MD", "PLAIN_TEXT"] as const)
    await assert.rejects(extract(latin1("Café"), type), /is not UTF-8; save it as UTF-8/);
});

test("Markdown loses its markup; the title is the front matter's or the first heading", async () => {
  const markdown = "# Leave\n\nFive **days** [carry](https://x.example) over.\n\n- `one`\n- two\n";
  assert.deepEqual(await extract(markdown, "MD"), {
    text: "Leave\n\nFive days carry over.\n\none\n\ntwo",
    title: "Leave",
  });
  const withFront = await extract('---\ntitle: "Annual leave"\ntags: [a]\n---\n# Leave\ntext', "MD");
  assert.deepEqual(withFront, { text: "Leave\n\ntext", title: "Annual leave" });
});

test("markup inside Markdown cannot smuggle script text into the index", async () => {
  assert.equal((await extract("before <script>steal()</script> after", "MD")).text, "before after");
});

test("a PDF gives the text of all its pages and its title", async () => {
  const pdf = writePdf(["Salaries are paid monthly.", "Bonuses are paid in March."], "Payroll");
  const { text, title } = await extract(pdf, "PDF");
  assert.equal(text, "Salaries are paid monthly.\n\nBonuses are paid in March.");
  assert.equal(title, "Payroll");
});

test("a broken PDF and binary data in a text format are unreadable, with the reason", async () => {
  await assert.rejects(extract("%PDF-1.7 nothing", "PDF"), UnreadableDocumentError);
  await assert.rejects(extract("", "PDF"), UnreadableDocumentError);
  await assert.rejects(extract(Uint8Array.of(0x89, 0, 1, 2), "PLAIN_TEXT"), /holds binary data, not text/);
});

test("plain text may carry a byte order mark of UTF-8 or UTF-16", async () => {
  assert.equal((await extract("\ufeffCafé", "PLAIN_TEXT")).text, "Café");
  assert.equal((await extract(Buffer.from("\ufeffCafé", "utf16le"), "PLAIN_TEXT")).text, "Café");
});

test("long runs of spaces, tags, stars and letters are read or refused in a moment", async () => {
  const started = process.cpuUsage();
  await extract(`<pre>${" ".repeat(500_000)}x${" \n".repeat(100_000)}</pre>`, "HTML");
  await assert.rejects(extract("<div>".repeat(500_000), "HTML"), /nests elements deeper than 5000/);
  await assert.rejects(extract(`${">".repeat(20_000)}x`, "MD"), UnreadableDocumentError);
  await extract("<p>text<br>".repeat(50_000), "HTML");
  queryTerms(`${"a".repeat(200_000)}ing`);
  splitPassages(`${"\n \t".repeat(200_000)}x${". ".repeat(200_000)}`);
  compileGlob("**/".repeat(170))("a/".repeat(60));
  assert.ok(process.cpuUsage(started).user / 1000 < 5000);
});

test("text in another encoding is decoded or told, never replaced (fault B3)", async () => {
  const latin1 = (text: string) => Buffer.from(text, "latin1");
  for (const kind of ["PLAIN_TEXT", "MD"] as const) {
    await assert.rejects(extract(latin1("Caf\u00e9"), kind), /is not UTF-8; save it as UTF-8/);
  }
  assert.equal((await extract(latin1("<p>Caf\u00e9</p>"), "HTML")).text, "Café");
  const declaration = '<?xml version="1.0" encoding="iso-8859-1"?>';
  assert.equal((await extract(latin1(`${declaration}<html><p>Caf\u00e9</p></html>`), "HTML")).text, "Café");
  assert.match((await extract(latin1(`${declaration}<a>Caf\u00e9</a>`), "PLAIN_TEXT")).text, /Café/);
  const late = `<!-- ${"x".repeat(5000)} --><meta charset="iso-8859-1"><p>Caf\u00e9</p>`;
  assert.equal((await extract(latin1(late), "HTML")).text, "Café");
  const wrong = Buffer.concat([Buffer.from('<meta charset="utf-8"><p>'), latin1("Caf\u00e9")]);
  await assert.rejects(extract(wrong, "HTML"), /is not utf-8/);
  await assert.rejects(
    extract(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), latin1("\u00e9")]), "PLAIN_TEXT"),
  );
});
