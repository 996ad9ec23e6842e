// Files that people hand over to `tti` are read in the encodings that editors and shells write them in; what they hold is never told.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { readClientKey } from "../../src/cli/client_key.ts";
import { readKeySet } from "../../src/cli/client_options.ts";
import { decodeFileText } from "../../src/input/file_text.ts";

const place = mkdtempSync(join(tmpdir(), "tti-handed-"));
after(() => rmSync(place, { recursive: true, force: true }));

function file(content: string | Uint8Array): string {
  const path = join(place, "handed.json");
  writeFileSync(path, content);
  return path;
}

/** A text as it stands in files: bare, with a byte order mark, and as PowerShell writes it. */
const written = (text: string): Uint8Array[] => [
  Buffer.from(text),
  Buffer.from(`\ufeff${text}`),
  Buffer.from(`\ufeff${text}`, "utf16le"),
  Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
];

describe("a file that is handed over", () => {
  it("is read as UTF-8 or UTF-16, by its byte order mark, and as nothing else", () => {
    for (const bytes of written("Zoë 🙂")) assert.equal(decodeFileText(bytes), "Zoë 🙂");
    assert.equal(decodeFileText(Buffer.from("Zoë", "latin1")), undefined);
    assert.equal(decodeFileText(Buffer.from([0xff, 0xfe, 0x41])), undefined);
    assert.equal(decodeFileText(Buffer.alloc(0)), "");
  });

  it("holds a key set, or one key where a set is expected", () => {
    const key = { kty: "EC", crv: "P-256", x: "x", y: "y" };
    for (const held of [key, { keys: [key] }])
      for (const bytes of written(JSON.stringify(held)))
        assert.deepEqual(readKeySet(file(bytes), "jwks"), { keys: [key] });
    for (const bytes of [Buffer.from('{"keys": "é"}', "latin1"), Buffer.from("{")])
      assert.throws(() => readKeySet(file(bytes), "jwks"), { code: "invalid_input", field: "jwks" });
  });

  it("holds a client's key, whose content no fault tells", () => {
    const key = { clientId: "back-end", privateJwk: { kty: "RSA", d: "secret" } };
    for (const bytes of written(JSON.stringify(key))) assert.deepEqual(readClientKey(file(bytes)), key);
    const broken = () => readClientKey(file('{"d":"secret"'));
    assert.throws(broken, (error: Error & { cause?: unknown }) => {
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /secret/);
      return /is not readable/.test(error.message);
    });
  });
});
