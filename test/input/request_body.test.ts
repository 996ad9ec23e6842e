// The one reader of request bodies: of the announced type, bounded, in time; and whoever is refused is answered.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { OperationError } from "../../src/errors.ts";
import {
  BodyFault,
  readFormBytes,
  readFormFields,
  readFormPairs,
  readJsonBytes,
} from "../../src/input/request_body.ts";

const limits = { mostBytes: 1_000, withinMs: 150 };
const readers: Readonly<Record<string, (from: IncomingMessage) => Promise<unknown>>> = {
  "/form": (from) => readFormBytes(from, limits),
  "/fields": async (from) => [...(await readFormFields(from, limits))],
  "/pairs": (from) => readFormPairs(from, limits),
  "/json": (from) => readJsonBytes(from, limits),
};
const form = "application/x-www-form-urlencoded";

let server: Server;
before(async () => {
  server = createServer((from, response) => {
    readers[from.url ?? ""]?.(from).then(
      (read) => response.end(JSON.stringify(Buffer.isBuffer(read) ? read.toString() : read)),
      (error: unknown) => {
        const kind =
          error instanceof BodyFault ? error.kind : error instanceof OperationError ? "content" : "?";
        response.writeHead(400).end(kind);
      },
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => {
  server.closeAllConnections();
  server.close();
});

interface Sent {
  type?: string;
  /** Announced length; without, the body comes in chunks. */
  length?: number;
  chunks?: readonly string[];
  /** Whether the sender stops half-way. */
  stalls?: boolean;
}

async function send(path: string, { type, length, chunks = [], stalls = false }: Sent): Promise<string> {
  const headers = {
    ...(type === undefined ? {} : { "content-type": type }),
    ...(length === undefined ? {} : { "content-length": length }),
  };
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, host: "127.0.0.1", path, method: "POST", headers });
  sent.flushHeaders();
  for (const chunk of chunks) sent.write(chunk);
  if (!stalls) sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  let said = "";
  for await (const chunk of answer.setEncoding("utf8")) said += chunk;
  sent.destroy();
  return said;
}

describe("a request's body", () => {
  it("is read up to its limit, in however many pieces", async () => {
    const whole = "x".repeat(limits.mostBytes);
    assert.equal(await send("/form", { type: form, chunks: [whole] }), JSON.stringify(whole));
    assert.equal(await send("/json", { type: "application/json; x=y", chunks: ["{", "}"] }), '"{}"');
    assert.equal(await send("/json", { type: "Application/JSON", chunks: [] }), '""');
  });

  it("may repeat a field only where that is asked for", async () => {
    const twice = { type: `${form}; charset="UTF-8"`, chunks: ["a=1&a=%C3%A4"] };
    assert.equal(await send("/pairs", twice), '[["a","1"],["a","ä"]]');
    assert.equal(await send("/fields", twice), "content");
    assert.equal(await send("/fields", { type: form, chunks: ["a=%ff"] }), "content");
  });

  for (const [what, path, type] of [
    ["no type", "/form", undefined],
    ["JSON for a form", "/form", "application/json"],
    ["a form for JSON", "/json", form],
    ["a type that begins alike", "/json", "application/json5"],
    ["another charset", "/form", `${form}; charset=utf-7`],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      assert.equal(await send(path, { ...(type === undefined ? {} : { type }), chunks: ["a=1"] }), "type");
    });
  }

  it("is refused by its announced length before it comes", async () => {
    assert.equal(await send("/form", { type: form, length: limits.mostBytes + 1, stalls: true }), "size");
  });

  it("is refused once it is too large, and the sender is answered while it still sends", async () => {
    const chunks = Array.from({ length: 50 }, () => "x".repeat(10_000));
    assert.equal(await send("/form", { type: form, chunks }), "size");
    assert.equal(await send("/json", { type: "application/json", chunks, stalls: true }), "size");
  });

  for (const length of [undefined, 10]) {
    it(`is not waited for without end, ${length === undefined ? "in chunks" : "of announced length"}`, async () => {
      const sent = { type: form, chunks: ["a"], stalls: true, ...(length === undefined ? {} : { length }) };
      assert.equal(await send("/form", sent), "time");
    });
  }
});
