// Owns the proof that the demo takes small, plain forms only.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";
import { FormError, readForm } from "../../src/demo/form_body.ts";

function posted(body: string, type = "application/x-www-form-urlencoded; charset=utf-8"): IncomingMessage {
  return Object.assign(Readable.from([Buffer.from(body)]), {
    headers: { "content-type": type },
  }) as IncomingMessage;
}

const refusedWith = (status: number) => (error: unknown) =>
  error instanceof FormError && error.status === status;

test("fields are decoded", async () => {
  const form = await readForm(posted("query=caf%C3%A9+budget&csrf=x"));
  assert.deepEqual(
    [...form],
    [
      ["query", "café budget"],
      ["csrf", "x"],
    ],
  );
});

test("a field that comes twice, a large body and another content type are refused", async () => {
  await assert.rejects(readForm(posted("a=1&a=2")), refusedWith(400));
  await assert.rejects(readForm(posted(`a=${"x".repeat(20_000)}`)), refusedWith(413));
  await assert.rejects(readForm(posted("{}", "application/json")), refusedWith(415));
});
