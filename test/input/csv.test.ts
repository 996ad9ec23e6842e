// CSV and the files people hand over: read whole, however they are cut into pieces and whichever encoding a tool wrote;
// what is wrong is told with its line; and no more of a file is held than a record.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import "../support/property_seed.ts";
import { csvLimits, csvRecord, readCsv } from "../../src/input/csv.ts";
import { faultsOfFile, readFileText } from "../../src/input/file_text.ts";

async function* cut(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

const fault = faultsOfFile("people.csv");
const read = async (text: string, size = 3) => collect(readCsv(cut(text, size), fault));

describe("CSV", () => {
  it("has commas, quotes, and line ends within quotes; each record knows its line", async () => {
    assert.deepEqual(await read('a,b\r\n"1, ""one""","two\r\nlines"\n\n"",\r\nlast,"x"'), [
      { line: 1, cells: ["a", "b"] },
      { line: 2, cells: ['1, "one"', "two\r\nlines"] },
      { line: 5, cells: ["", ""] },
      { line: 6, cells: ["last", "x"] },
    ]);
  });

  it("comes back as it was written, wherever it is cut", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "é", "😀") });
    const records = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 7 }), async (written, size) => {
        const text = written.map((cells) => `${csvRecord(cells)}\r\n`).join("");
        assert.deepEqual(
          (await read(text, size)).map(({ cells }) => cells),
          written,
        );
      }),
    );
  });

  it("says on which line a quote is wrong", async () => {
    await assert.rejects(read('a\nb"c\n'), /people\.csv, line 2: a quote stands inside a cell/);
    await assert.rejects(read('a\n"b" c\n'), /line 2: text stands after a closing quote/);
    await assert.rejects(read('a\n\n"b\nc\nd'), /line 3: a quote is never closed/);
  });

  it("ends at a million columns, and at a quote that swallows the file", async () => {
    await assert.rejects(read(`a\n${",".repeat(1_000_000)}`, 5000), /line 2: has more than 64 columns/);
    let pulled = 0;
    const endless = async function* () {
      yield 'a\n"';
      for (;;) {
        pulled += 1;
        yield "x".repeat(1_000);
      }
    };
    await assert.rejects(collect(readCsv(endless(), fault)), /line 2: has more than 65536 characters/);
    assert.ok(pulled <= csvLimits.characters / 1_000 + 1, `it read on: ${pulled}`);
  });

  it("reads no further than whoever takes the records", async () => {
    let pulled = 0;
    const source = async function* () {
      for (;;) {
        pulled += 1;
        yield "a,b\n".repeat(10);
      }
    };
    let taken = 0;
    for await (const _record of readCsv(source(), fault)) {
      taken += 1;
      assert.equal(pulled, Math.ceil(taken / 10));
      if (taken === 1_000) break;
    }
  });
});

describe("a file people hand over", () => {
  const folder = mkdtempSync(join(tmpdir(), "tti-file-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "file.txt");
  const text = "née,😀\r\nzwei\r\n";
  const readAll = async (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    return (await collect(readFileText(path))).join("");
  };

  it("is UTF-8 with or without a byte order mark, or UTF-16 with one", async () => {
    const wide = Buffer.from(`\ufeff${text}`, "utf16le");
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), wide, Buffer.from(wide).swap16()]) {
      assert.equal(await readAll(bytes), text);
    }
    assert.equal(await readAll(Buffer.alloc(0)), "");
  });

  it("names the line on which it is something else", async () => {
    const latin = Buffer.from("one\ntwo\nn\u00e9e\n", "latin1");
    await assert.rejects(readAll(latin), /file\.txt, line 3: these bytes are no UTF-8\./);
    // Beyond the first piece, which ends within a letter.
    const long = Buffer.concat([Buffer.from(`x${"é\n".repeat(40_000)}`), latin]);
    await assert.rejects(readAll(long), /line 40003: /);
    await assert.rejects(readAll(Buffer.from("abc\xe2\x82", "latin1")), /line 1: /);
  });

  it("is there", async () => {
    await assert.rejects(collect(readFileText(join(folder, "none"))), /none cannot be read\./);
  });
});
