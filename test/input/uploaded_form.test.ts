// A form that brings a file is read as browsers write it, and refused otherwise: more, other or twice is never taken for less.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { OperationError } from "../../src/errors.ts";
import { partsOf } from "../../src/input/uploaded_form.ts";
import "../support/property_seed.ts";

const boundary = "----WebKitFormBoundaryABCdef123";
const field = (name: string, text: string | Buffer, file?: string) =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? "" : `; filename="${file}"\r\nContent-Type: image/png`}\r\n\r\n`,
    ),
    Buffer.from(text),
    Buffer.from("\r\n"),
  ]);
const form = (...parts: readonly Buffer[]) => Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
const read = (body: Buffer) => partsOf(body, boundary, 5);

test("fields are texts, files are their bytes in base64, and no file chosen is an empty one", () => {
  const bytes = randomBytes(1_000);
  assert.deepEqual(
    read(form(field("csrf", "ab=c"), field("png", bytes, "logo ü.png"), field("revision", "ä\r\n"))),
    [
      ["csrf", "ab=c"],
      ["png", bytes.toString("base64")],
      ["revision", "ä\r\n"],
    ],
  );
  assert.deepEqual(read(form(field("png", "", ""))), [["png", ""]]);
  assert.deepEqual(read(form()), []);
});

test("what a browser does not write is refused", () => {
  const good = field("a", "1");
  const bare = (head: string) => Buffer.from(`--${boundary}\r\n${head}\r\n\r\nx\r\n`);
  const refused: Readonly<Record<string, Buffer>> = {
    nothing: Buffer.alloc(0),
    "words before": Buffer.concat([Buffer.from("hello\r\n"), form(good)]),
    "words behind": Buffer.concat([form(good), Buffer.from("hello")]),
    "no end": good,
    "another boundary": Buffer.from("--other\r\n\r\n--other--\r\n"),
    "no name": form(bare("Content-Disposition: form-data")),
    "two names": form(bare('Content-Disposition: form-data; name="a"; name="b"')),
    "two dispositions": form(
      bare('Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"'),
    ),
    "no head": form(Buffer.from(`--${boundary}\r\nx\r\n`)),
    "another disposition": form(bare('Content-Disposition: attachment; name="a"')),
    "a long head": form(bare(`X: ${"x".repeat(2_000)}\r\nContent-Disposition: form-data; name="a"`)),
    "many fields": form(good, good, good, good, good, good),
    "no text": form(field("a", Buffer.from([0xff]))),
    "U+0000": form(field("a", "\0")),
  };
  for (const [what, body] of Object.entries(refused)) {
    assert.throws(
      () => read(body),
      (error) => error instanceof OperationError && error.code === "invalid_input",
      what,
    );
  }
});

test("however such a body is broken, it is read or refused as malformed", () => {
  const body = form(field("a", "1"), field("png", randomBytes(30), "l.png"));
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.nat(255), fc.nat(body.length), (at, byte, end) => {
      const broken = Buffer.from(body.subarray(0, end));
      if (at < broken.length) broken[at] = byte;
      try {
        read(broken);
      } catch (error) {
        assert.ok(error instanceof OperationError, String(error));
      }
    }),
  );
});
