// The product as a process of its own, for load: the same composition as `tti serve`, and a count of what it
// takes. Started with the product's own environment variables.
import { readConfig } from "../../src/config.ts";
import { startServer } from "../../src/server.ts";
import { answerParent } from "./child.ts";
import { countCosts } from "./cost_counter.ts";
import { profileAnswers } from "./profile.ts";
import { measureRebuild } from "./rebuild.ts";

const costs = countCosts();
const server = await startServer(readConfig(process.env));

answerParent(
  {
    start: async () => ({ issuer: server.issuer, localUrl: server.localUrl }),
    rebuild: async ({ times }: { times: number }) => measureRebuild(server, times),
    costs: async () => costs(),
    ...profileAnswers(),
  },
  async () => void (await server.close()),
);
