// Owns GET /metrics: what the instance measures, for whoever holds the key of TTI_METRICS, and nobody else. The key stands in the
// settings, so that it opens while the store is silent: that is when somebody wants to see the metrics.
import { createHash, timingSafeEqual } from "node:crypto";
import type Router from "@koa/router";
import { OperationError } from "../errors.ts";

/** What the address shows, and to whom. */
export interface MetricsFace {
  /** Each opens it. */
  keys: readonly string[];
  /** Prometheus's text. */
  scrape(): Promise<string>;
}

/** Adds the address. */
export function addMetricsRoute(router: Router, { keys, scrape }: MetricsFace): void {
  const hashes = keys.map(hashOf);
  router.get("/metrics", async (ctx) => {
    assertReader(ctx.get("authorization"), hashes);
    ctx.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    ctx.body = await scrape();
  });
}

const hashOf = (key: string): Buffer => createHash("sha256").update(key).digest();

// Compared by their hashes, each with each: how long it takes says nothing of a key.
function assertReader(authorization: string, hashes: readonly Buffer[]): void {
  const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const hash = hashOf(key ?? "");
  const fits = hashes.map((one) => timingSafeEqual(one, hash));
  if (key !== undefined && fits.includes(true)) return;
  throw new OperationError("unauthenticated", "The metrics are read with the key of TTI_METRICS.", {
    fix: 'Send "Authorization: Bearer …" with that key; no access token and no API credential opens them.',
  });
}
