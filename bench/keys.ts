// What verifiers and rotations cost: JWKS and discovery documents against a plain HTTP server with the same bytes and headers, and
// how long a new Provider takes when the keys change. Run with `node bench/keys.ts [--quick]`.
import { type Child, startChild } from "./support/child.ts";
import { compareCosts, type Side } from "./support/cost.ts";
import { getRequest, openConnection } from "./support/http_load.ts";
import { addRelyingParty, awsClientId, openInstallation } from "./support/installation.ts";
import {
  milliseconds,
  type Pace,
  perSecond,
  progress,
  readPace,
  report,
  reportCost,
} from "./support/measurement.ts";
import type { PlainAnswer } from "./support/plain_server.ts";

const bench = "keys";
const lanes = 16;
const perRound = 4_000;
const documents = [
  { name: "JWKS", path: "/jwks", of: "jwks" },
  { name: "discovery", path: "/.well-known/openid-configuration", of: "discovery" },
] as const;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  progress("starting a server on SQLite and a plain one");
  const installation = await openInstallation("sqlite");
  const closers = [() => installation.close()];
  try {
    await addRelyingParty(installation.db, { client_id: awsClientId });
    const { localUrl, child } = await installation.startInstance();
    for (const { name, path, of } of documents) {
      const answer = await answerOf(localUrl, path);
      const plain = startChild("plain_server.ts");
      closers.unshift(() => plain.stop());
      const plainUrl = await plain.ask<string>("start", answer);
      progress(`${name} document, ${answer.body.length} bytes`);
      const sides = {
        tti: sideOf(`${name} document, tti, one process`, localUrl, path, child),
        plain: sideOf(
          `${name} document, plain HTTP server, the same bytes and headers`,
          plainUrl,
          path,
          plain,
        ),
      };
      const { costs } = await compareCosts(sides, perRound, pace);
      for (const side of ["tti", "plain"] as const) reportCost(bench, sides[side].name, costs[side], 0);
      report({
        bench,
        name: `${name} documents a second of processor / plain HTTP server, the same bytes and headers`,
        value: perSecond(1_000_000 / costs.tti.server),
        baseline: perSecond(1_000_000 / costs.plain.server),
        ratio: costs.plain.server / costs.tti.server,
        of,
      });
      report({
        bench,
        name: `${name} documents a second by the clock / plain HTTP server`,
        value: perSecond(costs.tti.perSecond),
        baseline: perSecond(costs.plain.perSecond),
        ratio: costs.tti.perSecond / costs.plain.perSecond,
      });
    }
    progress("building Providers");
    const rebuild = await child.ask<{ oursMs: number; bareMs: number }>("rebuild", {
      times: pace.quick ? 5 : 200,
    });
    report({
      bench,
      name: "a Provider rebuilt for new keys / bare oidc-provider built",
      value: milliseconds(rebuild.oursMs),
      baseline: milliseconds(rebuild.bareMs),
      ratio: rebuild.oursMs / rebuild.bareMs,
    });
  } finally {
    for (const close of closers) await close();
  }
}

// What Node.js writes itself is left to it: the date, and whether the connection stays.
const ownHeaders = new Set(["date", "connection", "keep-alive"]);

async function answerOf(url: string, path: string): Promise<PlainAnswer> {
  const connection = await openConnection(url);
  const { status, head, body } = await connection.send(getRequest(new URL(path, url)));
  connection.close();
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  const headers = Object.fromEntries(
    [...head.matchAll(/^([^:\r\n]+): *([^\r\n]*)/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
  for (const name of Object.keys(headers)) if (ownHeaders.has(name.toLowerCase())) delete headers[name];
  return { body, headers };
}

function sideOf(name: string, url: string, path: string, child: Child): Side {
  const request = getRequest(new URL(path, url));
  return {
    name,
    children: [child],
    load: {
      lanes,
      urls: [url],
      async work(connection) {
        const { status } = await connection.send(request);
        if (status !== 200) throw new Error(`${path} answered ${status}`);
      },
    },
  };
}

if (import.meta.main) await main(readPace());
