// What is taken as a logo, and that what is kept of it is pixels: every file that is more, less or other than a small still PNG is
// refused in words of its own, before it is unpacked where its header tells, and never with more memory than a picture has.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it, test } from "node:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import pngjs from "pngjs";
import { redrawLogo } from "../../../src/provider/looks/logo_picture.ts";
import { parseLogo } from "../../../src/provider/looks/look_input.ts";
import { mostFileBytes, PictureFault } from "../../../src/provider/looks/png_file.ts";
import { plainPng, pngHeader, pngOf, pngPart, pngRows, pngSignature } from "./png_maker.ts";
import "../../support/property_seed.ts";

const rows = (pixel: readonly number[], width = 8, height = 8) =>
  pngPart("IDAT", pngRows(width, height, pixel));
const zeros = (bytes: number) => deflateSync(Buffer.alloc(bytes), { level: 9 });
const plain = plainPng();
const html = "<script>alert(document.domain)</script>";

const bombs: Readonly<Record<string, [file: Buffer, told: RegExp]>> = {
  nothing: [Buffer.alloc(0), /^is empty$/],
  "a file that is too large": [Buffer.concat([plain, randomBytes(mostFileBytes)]), /^is larger than 40 KiB$/],
  "a JPEG": [Buffer.from("ffd8ffe000104a464946", "hex"), /^is no PNG: it begins as a JPEG$/],
  "a GIF": [Buffer.from("GIF89a"), /^is no PNG: it begins as a GIF$/],
  "a WebP": [Buffer.from("RIFF\0\0\0\0WEBPVP8 "), /^is no PNG: it begins as a WebP$/],
  "an SVG": [
    Buffer.from(`\n<svg xmlns="http://www.w3.org/2000/svg">${html}</svg>`),
    /^is no PNG: it begins as markup/,
  ],
  "a page": [Buffer.from(`<!DOCTYPE html>${html}`), /^is no PNG: it begins as markup/],
  "a page before a picture": [Buffer.concat([Buffer.from(html), plain]), /^is no PNG: it begins as markup/],
  "a page behind a picture": [
    Buffer.concat([plain, Buffer.from(html)]),
    /^has something behind the picture$/,
  ],
  "a picture behind a picture": [Buffer.concat([plain, plain]), /^has something behind the picture$/],
  "a header that says 30000 × 30000": [
    pngOf(pngHeader({ width: 30_000, height: 30_000 }), pngPart("IDAT", zeros(1_000_000))),
    /^has 30000 × 30000 pixels, and may have 512 × 256$/,
  ],
  "a header that says the most": [
    pngOf(pngHeader({ width: 0xffffffff, height: 0xffffffff }), pngPart("IDAT", zeros(10))),
    /^has 4294967295 × 4294967295 pixels/,
  ],
  "one row too high": [plainPng({ width: 512, height: 257 }), /^has 512 × 257 pixels/],
  "no width": [pngOf(pngHeader({ width: 0 }), rows([0, 0, 0, 0])), /^is damaged: it has no pixels$/],
  "pixels that unpack to 30 MB": [
    pngOf(pngHeader(), pngPart("IDAT", zeros(30_000_000))),
    /^is damaged: it holds more pixels than it says$/,
  ],
  "one byte of pixels too many": [
    pngOf(pngHeader(), pngPart("IDAT", zeros(8 * 33 + 1))),
    /^is damaged: it holds more pixels than it says$/,
  ],
  "too few pixels": [
    pngOf(pngHeader(), pngPart("IDAT", zeros(8 * 33 - 1))),
    /^is damaged: it holds fewer pixels/,
  ],
  "a page behind the pixels": [
    pngOf(pngHeader(), pngPart("IDAT", Buffer.concat([zeros(8 * 33), Buffer.from(html)]))),
    /^is damaged: it holds more than its pixels$/,
  ],
  "pixels that are none": [
    pngOf(pngHeader(), pngPart("IDAT", Buffer.from(html))),
    /^is damaged: its pixels cannot be unpacked$/,
  ],
  "a filter nobody knows": [
    pngOf(pngHeader({ width: 1, height: 1 }), pngPart("IDAT", deflateSync(Buffer.from([9, 0, 0, 0, 0])))),
    /^is damaged: a row says nothing known$/,
  ],
  "16 bits a channel": [
    pngOf(pngHeader({ depth: 16 }), rows([0, 0, 0, 0, 0, 0, 0, 0])),
    /^has 16 bits a channel$/,
  ],
  "a depth nobody knows": [
    pngOf(pngHeader({ depth: 7 }), rows([0, 0, 0, 0])),
    /^is damaged: its header says nothing known$/,
  ],
  "an interlaced one": [pngOf(pngHeader({ interlaced: 1 }), rows([0, 0, 0, 0])), /^is interlaced$/],
  "an animated one": [plainPng({}, pngPart("acTL", Buffer.alloc(8))), /^is animated$/],
  "many parts": [
    plainPng({}, ...Array.from({ length: 300 }, () => pngPart("tEXt"))),
    /^has more than 256 parts$/,
  ],
  "half of one": [plain.subarray(0, plain.length / 2), /^is damaged: it ends before its end$/],
  "one without its end": [plain.subarray(0, -12), /^is damaged: it ends before its end$/],
  "a part that says it is longer than the file": [
    Buffer.concat([pngSignature, pngHeader(), Buffer.from("7fffffff49444154", "hex"), Buffer.alloc(20)]),
    /^is damaged: it ends before its end$/,
  ],
  "a wrong checksum": [
    pngOf(pngHeader(), pngPart("IDAT", pngRows(8, 8, [0, 0, 0, 0]), 1)),
    /^is damaged: the checksum of its part IDAT is wrong$/,
  ],
  "a wrong checksum of what is not drawn": [
    plainPng({}, pngPart("tEXt", Buffer.from("x"), 1)),
    /^is damaged: the checksum of its part tEXt is wrong$/,
  ],
  "no pixels": [pngOf(pngHeader()), /^is damaged: it holds no picture$/],
  "pixels in pieces": [
    pngOf(pngHeader(), pngPart("IDAT", Buffer.from([1])), pngPart("tEXt"), rows([0, 0, 0, 0])),
    /^is damaged: its picture is in pieces$/,
  ],
  "two headers": [plainPng({}, pngHeader({ width: 512 })), /^is damaged: its part IHDR is there twice$/],
  "an unknown part that must be known": [
    plainPng({}, pngPart("EVIL")),
    /^is damaged: nobody knows its part EVIL$/,
  ],
  "a palette picture without a palette": [
    pngOf(pngHeader({ colorType: 3 }), rows([0])),
    /^is damaged: it has no palette$/,
  ],
  "a pixel beyond its palette": [
    pngOf(pngHeader({ colorType: 3 }), pngPart("PLTE", Buffer.alloc(3)), rows([200])),
    /^is damaged: it cannot be drawn$/,
  ],
  "more transparent colours than colours": [
    pngOf(
      pngHeader({ colorType: 3 }),
      pngPart("PLTE", Buffer.alloc(3)),
      pngPart("tRNS", Buffer.alloc(2)),
      rows([0]),
    ),
    /^is damaged: what is transparent in it fits no picture of its kind$/,
  ],
};

describe("no logo is made of", () => {
  for (const [what, [file, told]] of Object.entries(bombs)) {
    it(what, () => {
      assert.throws(
        () => redrawLogo(file),
        (error) => error instanceof PictureFault && told.test(error.message) && /\w{3}.*\.$/.test(error.fix),
      );
      assert.throws(
        () => parseLogo(file.toString("base64")),
        (error) =>
          (Reflect.get(Object(error), "field") === "png" && String(error).includes("png is ")) ||
          String(error).includes("png has "),
      );
    });
  }

  it("what is no base64", () => {
    for (const text of [
      "not base64!",
      plain.toString("base64url").replace(/=*$/, "-"),
      `${plain.toString("base64")}\n`,
    ]) {
      assert.throws(() => parseLogo(text), { code: "invalid_input", field: "png" });
    }
    assert.throws(() => parseLogo("A".repeat(10_000_000)), { message: "png is larger than 40 KiB." });
  });
});

test("a bomb takes no more memory than a picture does, whatever it says or holds", () => {
  // Four thousand times what it is: a hundred such files would unpack to three gigabytes.
  const bomb = pngOf(pngHeader({ width: 512, height: 256 }), pngPart("IDAT", zeros(30_000_000)));
  assert.ok(bomb.length < mostFileBytes);
  const before = process.memoryUsage();
  for (let times = 0; times < 20; times += 1) assert.throws(() => redrawLogo(bomb), PictureFault);
  const { arrayBuffers, external } = process.memoryUsage();
  assert.ok(arrayBuffers - before.arrayBuffers < 30_000_000, `${arrayBuffers - before.arrayBuffers} bytes`);
  assert.ok(external - before.external < 30_000_000, `${external - before.external} bytes`);
});

test("what is kept is pixels: no remark, no profile, no date, no place, nothing of how it was packed", () => {
  const remarks = [
    pngPart("tEXt", Buffer.from(`Comment\0${html}`)),
    pngPart("iTXt", Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${html}`)),
    pngPart("eXIf", Buffer.from(html)),
    pngPart("iCCP", Buffer.from(html)),
    pngPart("gAMA", Buffer.from([0, 0, 0, 1])),
    pngPart("tIME", Buffer.alloc(7)),
  ];
  const { png, width, height } = redrawLogo(plainPng({ width: 30, height: 20 }, ...remarks));
  assert.deepEqual([width, height], [30, 20]);
  assert.ok(!png.includes("script"));
  assert.deepEqual(
    png,
    redrawLogo(plainPng({ width: 30, height: 20 })).png,
    "as if they had never been there",
  );
  assert.deepEqual(typesIn(png), ["IHDR", "IDAT", "IEND"]);
});

test("each kind of PNG is drawn as it is: grey, palette with transparency, colours, alpha", () => {
  const kinds: [file: Buffer, pixel: number[]][] = [
    [pngOf(pngHeader({ colorType: 0 }), rows([9])), [9, 9, 9, 255]],
    [pngOf(pngHeader({ colorType: 0 }), pngPart("tRNS", Buffer.from([0, 9])), rows([9])), [0, 0, 0, 0]],
    [pngOf(pngHeader({ colorType: 2 }), rows([1, 2, 3])), [1, 2, 3, 255]],
    [pngOf(pngHeader({ colorType: 4 }), rows([9, 7])), [9, 9, 9, 7]],
    [
      pngOf(
        pngHeader({ colorType: 3 }),
        pngPart("PLTE", Buffer.from([1, 2, 3])),
        pngPart("tRNS", Buffer.from([5])),
        rows([0]),
      ),
      [1, 2, 3, 5],
    ],
    [
      pngOf(
        pngHeader({ colorType: 3, depth: 1 }),
        pngPart("PLTE", Buffer.from([1, 2, 3])),
        pngPart("IDAT", pngRows(1, 8, [0])),
      ),
      [1, 2, 3, 255],
    ],
  ];
  for (const [file, pixel] of kinds) {
    const { data } = pngjs.PNG.sync.read(redrawLogo(file).png);
    assert.deepEqual([...data.subarray(0, 4)], pixel);
    assert.deepEqual([...data.subarray(-4)], pixel);
  }
  const largest = redrawLogo(plainPng({ width: 512, height: 256 }));
  assert.deepEqual([largest.width, largest.height], [512, 256]);
});

test("however a file is broken, it is a picture or a fault told as one", () => {
  fc.assert(
    fc.property(fc.nat(plain.length - 1), fc.nat(255), fc.nat(40), (at, byte, cut) => {
      const file = Buffer.from(plain.subarray(0, plain.length - (cut > 20 ? cut - 20 : 0)));
      if (at < file.length) file[at] = byte;
      try {
        assert.deepEqual(typesIn(redrawLogo(file).png), ["IHDR", "IDAT", "IEND"]);
      } catch (error) {
        assert.ok(error instanceof PictureFault, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

function typesIn(png: Buffer): string[] {
  const types: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    types.push(png.toString("latin1", at + 4, at + 8));
  return types;
}
