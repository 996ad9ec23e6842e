// Owns noticing that a proxy stands in front which the settings do not know: then every browser has the proxy's
// address, and one that guesses passwords slows everybody down. It only tells; no header is ever believed for it.
import type { IncomingMessage } from "node:http";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";

/** How often the log tells it, at most. */
const tellEveryMs = 60_000;

/** For how long after the last such request readiness tells it. */
const warnForMs = 3_600_000;

// Headers by which a proxy names the client's address; others it may write say nothing of that.
function addressHeaderOf({ headers }: IncomingMessage): string | undefined {
  if (headers["x-forwarded-for"] !== undefined) return "x-forwarded-for";
  if (headers["x-real-ip"] !== undefined) return "x-real-ip";
  return /(^|[;,\s])for=/i.test(headers.forwarded ?? "") ? "forwarded" : undefined;
}

/** Watches requests for forwarded headers nobody expects. */
export interface ProxyWatch {
  /** Looks at a request as it came, before its headers are rewritten. */
  look(request: IncomingMessage): void;
  /** What an operator must know; undefined: nothing. */
  warning(): string | undefined;
}

/** Makes a watch of one instance. */
export function createProxyWatch(deps: { trustedProxies: number; clock: Clock; log: Log }): ProxyWatch {
  let seenMs = Number.NEGATIVE_INFINITY;
  let toldMs = Number.NEGATIVE_INFINITY;
  return {
    look(request) {
      if (deps.trustedProxies > 0) return;
      const header = addressHeaderOf(request);
      if (header === undefined) return;
      seenMs = deps.clock().getTime();
      // A clock that was set back must not silence it.
      if (Math.abs(seenMs - toldMs) < tellEveryMs) return;
      toldMs = seenMs;
      deps.log.error({ header }, untrustedProxy);
    },
    warning: () => (Math.abs(deps.clock().getTime() - seenMs) < warnForMs ? untrustedProxy : undefined),
  };
}

/** What the log, readiness and doctor say. */
const untrustedProxy =
  "requests carry forwarded headers, but TTI_TRUSTED_PROXIES is 0: behind a proxy all browsers share its address, and one that guesses passwords slows down everybody who is new here; set it to the number of proxies that append to X-Forwarded-For";
