// A server that does nothing but answer with bytes it was given: what Node.js itself can do on this machine.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerParent } from "./child.ts";

const body = Buffer.alloc(Number(process.env["BENCH_BODY_BYTES"]), "x");
const server = createServer((_request, response) => {
  response
    .writeHead(200, { "content-type": "application/json", "content-length": body.byteLength })
    .end(body);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

answerParent(
  { start: async () => `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  async () => {
    server.closeAllConnections();
    server.close();
  },
);
