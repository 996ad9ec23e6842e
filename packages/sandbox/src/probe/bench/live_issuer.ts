// The issuers as a server on this machine, which the person makes reachable under a public https name (a tunnel, a reverse
// proxy). It sees what AWS asks for, and can answer late, elsewhere, or with another key.
import { once } from "node:events";
import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { SandboxSetupError } from "../../ground/errors.ts";
import { basesOf, type IssuerSite, type ProbeIssuer, siteDocuments, siteUrl } from "./issuer_site.ts";

/** Nobody waits longer for a document. */
const LONGEST_HOLD_MS = 180_000;

/** @param settings `publicUrl` absent: the server's own address, which only a sandbox reaches */
export async function startLiveIssuer(
  sites: readonly IssuerSite[],
  settings: { port: number; run: string; publicUrl?: string; httpUrl?: string },
): Promise<ProbeIssuer> {
  const hits = new Map<string, number>();
  const held = new Map<string, Promise<number>>();
  const server = http.createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const place = /\/([\w-]+)(?:\/(\.well-known\/openid-configuration|jwks\.json|moved\.json))$/.exec(path);
    const site = sites.find(({ name }) => name === place?.[1]);
    if (site === undefined || place === null || !path.includes(`/${settings.run}/`)) {
      response.writeHead(404).end();
      return;
    }
    hits.set(site.name, (hits.get(site.name) ?? 0) + 1);
    if (site.holds === true) {
      const since = performance.now();
      const closed = once(response, "close").then(() => performance.now() - since);
      if (!held.has(site.name)) held.set(site.name, closed);
      return;
    }
    if (place[2] === "moved.json") {
      response.writeHead(302, { location: `${base.https}/${site.name}/jwks.json` }).end();
      return;
    }
    const { discovery, jwks } = siteDocuments(base, site);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(place[2] === "jwks.json" ? jwks : discovery);
  });
  await listen(server, settings.port);
  const address = server.address();
  const own = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const base = basesOf(settings.publicUrl ?? own, settings.httpUrl, settings.run);
  return {
    isLive: true,
    urlOf: (site) => siteUrl(base, site),
    hits: ({ name }) => hits.get(name) ?? 0,
    async firstHeldMs({ name }) {
      const gaveUp = held.get(name);
      if (gaveUp === undefined) return undefined;
      const stop = new AbortController();
      const limit = delay(LONGEST_HOLD_MS, undefined, { ref: false, signal: stop.signal }).catch(
        () => undefined,
      );
      const waited = await Promise.race([gaveUp, limit]);
      stop.abort();
      return waited;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new SandboxSetupError(
          "PROBE_PORT",
          `--listen ${port} cannot be taken: ${error.code}. Name another port.`,
        ),
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
}
