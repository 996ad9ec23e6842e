// What a program hears at the door of the public port, on a real server: as OAuth and problem documents have it, with the end of
// the connection, and nothing at all once too many hear it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { Admission } from "../../src/overload/admission.ts";
import { mostHeld } from "../../src/overload/door.ts";
import { comesIn } from "../../src/provider/edge/door_answer.ts";
import { pinRequest } from "../../src/provider/edge/pinned_request.ts";

describe("at the door", () => {
  let admission: Admission;
  const answered: number[] = [];
  let told = 0;
  /** Others hold all places until they are told, however long the request took to come here. */
  let crowded = false;
  const server = createServer(async (req, res) => {
    pinRequest(req, { issuer: "https://idp.example", trustedProxies: 0 });
    for (let turn = crowded ? admission.refusals.turn() : undefined; turn; turn = admission.refusals.turn())
      void turn.then(() => told++);
    const asked = { req, res, method: req.method ?? "", path: req.url ?? "" };
    if (await comesIn(asked, { admission, onAnswer: ({ status }) => void answered.push(status ?? 0) }))
      res.end("in");
  });

  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    admission = new Admission({ loop: { isLate: () => false } as never });
    // As many of this network as may be under way.
    for (const door of Object.values(admission.doors)) while (door.enter("127.0.0.1"));
  });
  after(() => server.close());

  /** Asks, and hears all until the server ends the connection. */
  const hear = async (path: string): Promise<string> => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString();
    });
    socket.on("error", () => undefined);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: idp.example\r\nContent-Length: 0\r\n\r\n`);
    await once(socket, "close");
    return heard;
  };

  for (const { path, type, body } of [
    { path: "/token", type: "application/json", body: '"error":"temporarily_unavailable"' },
    { path: "/v1/tenants/acme/search", type: "application/problem+json", body: '"error":"overloaded"' },
  ])
    it(`${path} says when to come again, and closes`, async () => {
      const heard = await hear(path);
      assert.match(heard, /^HTTP\/1\.1 503 /);
      assert.match(heard, /^Retry-After: \d+\r$/m);
      assert.match(heard, /^Connection: close\r$/m);
      assert.ok(heard.includes(`Content-Type: ${type}`), heard);
      assert.ok(heard.includes(body), heard);
      assert.equal(answered.pop(), 503);
    });

  it("ends the connection of who would be told behind too many others, and tells all at once when the instance stops", async () => {
    crowded = true;
    assert.equal(await hear("/token"), "");
    crowded = false;
    admission.refusals.giveAll();
    assert.match(await hear("/token"), /^HTTP\/1\.1 503 /);
    assert.equal(told, mostHeld);
  });
});
