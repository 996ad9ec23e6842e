// Whoever leaves before their request was read causes a line of the finest level, and no fault of ours: anybody could cause any number.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { isAborted, logFailure } from "../src/http_errors.ts";
import { openLog } from "../src/log.ts";

/** Sends a request, leaves when all of it is there, read or not, and hands it to whoever looks at it then. */
async function leaving(request: string, isRead = false): Promise<IncomingMessage> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write(request);
    const [left] = (await once(server, "request")) as [IncomingMessage];
    if (isRead) await text(left);
    const gone = once(left.socket, "close");
    socket.destroy();
    await gone;
    return left;
  } finally {
    server.close();
  }
}

const form = "POST /interaction/x/login HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b";

test("a form that was never read because its sender left is no fault", async () => {
  const request = await leaving(form);
  const error = await text(request).then(
    () => assert.fail("it was read"),
    (error: unknown) => error,
  );
  const lines: { level: string; msg: string }[] = [];
  const log = openLog({ level: "debug", stream: { write: (line: string) => lines.push(JSON.parse(line)) } });
  logFailure(log, request, error);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [["debug", "request given up by its sender"]],
  );
});

test("what fails after its form was read, or of a request without one, is ours, whoever left", async () => {
  assert.equal(isAborted(await leaving(form, true)), false);
  assert.equal(isAborted(await leaving("GET /auth HTTP/1.1\r\nHost: x\r\n\r\n")), false);
  assert.equal(isAborted(await leaving("GET /auth HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")), false);
});
