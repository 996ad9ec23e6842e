// The product as a process of its own, for load: the same composition as `tti serve`, and a count of what it sends
// to the database. Started with the product's own environment variables.
import pg from "pg";
import { readConfig } from "../../src/config.ts";
import { startServer } from "../../src/server.ts";
import { answerParent } from "./child.ts";
import { measureRebuild } from "./rebuild.ts";

// Counted at the driver, below every layer of ours: begin and commit count too.
let statements = 0;
const query = pg.Client.prototype.query as (...words: unknown[]) => unknown;
pg.Client.prototype.query = function count(this: pg.Client, ...words: unknown[]) {
  statements += 1;
  return query.apply(this, words);
} as typeof pg.Client.prototype.query;

const server = await startServer(readConfig(process.env));

answerParent(
  {
    start: async () => ({ issuer: server.issuer, localUrl: server.localUrl }),
    rebuild: async ({ times }: { times: number }) => measureRebuild(server, times),
    statements: async () => statements,
    cpuMicroseconds: async () => process.cpuUsage().user + process.cpuUsage().system,
  },
  async () => void (await server.close()),
);
