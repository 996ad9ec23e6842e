// A server of a benchmark that takes as much processor time, memory and statements as it is told.
import pg from "pg";
import { answerParent } from "../../bench/support/child.ts";
import { countCosts } from "../../bench/support/cost_counter.ts";

// No statement leaves: what is counted is that the driver was asked.
pg.Client.prototype.query = (() => undefined) as never;
const costs = countCosts();
let kept: number[] = [];
const used = () => process.cpuUsage().user + process.cpuUsage().system;

answerParent(
  {
    costs: async () => costs(),
    kept: async () => kept.length,
    pid: async () => process.pid,
    async spend({ cpuMicroseconds, bytes, statements }: Record<string, number>) {
      const until = used() + (cpuMicroseconds ?? 0);
      while (used() < until);
      for (let left = bytes ?? 0; left > 0; left -= 80_000) kept = new Array(10_000).fill(left + 0.5);
      for (let sent = 0; sent < (statements ?? 0); sent += 1) new pg.Client().query("select 1");
    },
  },
  async () => {},
);
