// A server that does nothing but answer with bytes and headers it was given: what Node.js itself can do on this machine.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerParent } from "./child.ts";
import { countCosts } from "./cost_counter.ts";

/** What it answers, always. */
export interface PlainAnswer {
  /** As bytes, one a character (latin1). */
  body: string;
  headers: Readonly<Record<string, string>>;
}

const costs = countCosts();
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

answerParent(
  {
    start: async ({ body, headers }: PlainAnswer) => {
      const bytes = Buffer.from(body, "latin1");
      server.on("request", (_request, response) => void response.writeHead(200, headers).end(bytes));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    costs: async () => costs(),
  },
  async () => {
    server.closeAllConnections();
    server.close();
  },
);
