// What verifiers and rotations cost: JWKS and discovery documents per second against a plain HTTP server, and how
// long a new Provider takes when the keys change. Run with `node bench/keys.ts [--quick]`.
import { startChild } from "./support/child.ts";
import { closedLoop, getRequest, type Load, openConnection } from "./support/http_load.ts";
import { addRelyingParty, awsClientId, openInstallation } from "./support/installation.ts";
import { milliseconds, type Pace, perSecond, progress, readPace, report } from "./support/measurement.ts";

const bench = "keys";
const lanes = 16;
const documents = { JWKS: "/jwks", discovery: "/.well-known/openid-configuration" } as const;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  progress("starting a server on SQLite and a plain one");
  const installation = await openInstallation("sqlite");
  const closers = [() => installation.close()];
  try {
    await addRelyingParty(installation.db, { client_id: awsClientId });
    const { localUrl, child } = await installation.startInstance();
    for (const [name, path] of Object.entries(documents)) {
      const bytes = await sizeOf(localUrl, path);
      const plain = startChild("plain_server.ts", { BENCH_BODY_BYTES: String(bytes) });
      closers.unshift(() => plain.stop());
      const plainUrl = await plain.ask<string>("start");
      progress(`${name} document, ${bytes} bytes`);
      const rates = await compare(loadOf(localUrl, path), loadOf(plainUrl, path), pace);
      report({
        bench,
        name: `${name} documents, one process / plain HTTP server, the same bytes`,
        value: perSecond(rates.ours),
        baseline: perSecond(rates.plain),
        ratio: rates.ours / rates.plain,
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

async function sizeOf(url: string, path: string): Promise<number> {
  const connection = await openConnection(url);
  const { status, body } = await connection.send(getRequest(new URL(path, url)));
  connection.close();
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  return Buffer.byteLength(body, "latin1");
}

function loadOf(url: string, path: string): Load {
  const request = getRequest(new URL(path, url));
  return {
    lanes,
    urls: [url],
    async work(connection) {
      const { status } = await connection.send(request);
      if (status !== 200) throw new Error(`${path} answered ${status}`);
    },
  };
}

// In turns, so that a machine that slows down slows both.
async function compare(ours: Load, plain: Load, pace: Pace): Promise<{ ours: number; plain: number }> {
  const sums = { ours: { count: 0, seconds: 0 }, plain: { count: 0, seconds: 0 } };
  for (let round = -1; round < pace.rounds; round += 1) {
    for (const [name, load] of [
      ["ours", ours],
      ["plain", plain],
    ] as const) {
      const { count, seconds } = await closedLoop(load, pace.sliceMs / 2);
      if (round < 0) continue;
      sums[name].count += count;
      sums[name].seconds += seconds;
    }
  }
  return { ours: sums.ours.count / sums.ours.seconds, plain: sums.plain.count / sums.plain.seconds };
}

if (import.meta.main) await main(readPace());
