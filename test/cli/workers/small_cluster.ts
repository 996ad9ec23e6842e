// Owns a primary of two workers that does nothing but hand connections over: what takeBackUntaken is for, without the product.
import cluster from "node:cluster";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { takeBackUntaken } from "../../../src/cli/workers/handed_over.ts";

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  let ports = 0;
  for (const worker of workers) {
    takeBackUntaken(worker.process, () => true);
    worker.on("message", ({ port }: { port: number }) => {
      ports += 1;
      if (ports === 2)
        console.log(JSON.stringify({ port, pids: workers.map(({ process: { pid } }) => pid) }));
    });
  }
} else {
  const server = createServer((_request, response) => void response.end(String(process.pid)));
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
}
