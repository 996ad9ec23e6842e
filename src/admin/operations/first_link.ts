// Owns the operation that makes a one-time link for the first owner. `tti serve` calls it and prints what it answers; what
// the link opens is in first_link_context.ts.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import * as store from "../administrators/first_link_store.ts";
import { adminOwn } from "../administrators/roles.ts";
import { operation } from "./entry.ts";

/** How long a link counts, in milliseconds: long enough to read this page and that one. */
const lifeMs = 3_600_000;

/** Makes a link while there is no owner. */
export const makeFirstLink = operation({
  name: "admin first-link",
  summary: "Make a one-time link by which the first owner is made, while there is none",
  permission: adminOwn,
  events: ["admin.first_link_made"],
  input: z.strictObject({}),
  output: z.strictObject({
    link: z
      .strictObject({
        secret: z.string().describe("What the link carries; told this once."),
        expiresAtMs: z.int().describe("Until when it counts."),
      })
      .nullable()
      .describe("Null: there is an owner, and none was made."),
  }),
  http: [],
  async run(trx, _input, act): Promise<{ link: { secret: string; expiresAtMs: number } | null }> {
    const secret = randomBytes(32).toString("base64url");
    const createdAtMs = act.now.getTime();
    const expiresAtMs = createdAtMs + lifeMs;
    if (!(await store.createFirstLink(trx, secret, { createdAtMs, expiresAtMs }))) return { link: null };
    const details = { expiresAt: new Date(expiresAtMs).toISOString() };
    await act.record({ type: "admin.first_link_made", details });
    return { link: { secret, expiresAtMs } };
  },
});
