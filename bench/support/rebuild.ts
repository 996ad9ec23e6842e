// How long a Provider takes to be built: ours with all it is changed by, and the library's own.
import { randomBytes } from "node:crypto";
import Provider from "oidc-provider";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { installationOf } from "../../src/installation.ts";
import { silentLog } from "../../src/log.ts";
import { buildProvider } from "../../src/provider/assembly/build_provider.ts";
import { createProviderHost } from "../../src/provider/assembly/host.ts";
import { createClientReader } from "../../src/provider/clients/client_reader.ts";
import { createAdapterFactory } from "../../src/provider/storage/adapter.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { median } from "./measure.ts";

/**
 * Builds both in turns, as often as asked.
 * @returns the median of each, milliseconds
 */
export function measureRebuild(server: RunningServer, times: number): { oursMs: number; bareMs: number } {
  const jwks = { keys: server.keyRing.current().providerJwks };
  const cookieKeys = ["a key of the benchmark"];
  const { db } = server;
  const installation = installationOf(readConfig({ TTI_CLIENT_ID: "bench-aws" }), {
    issuer: server.issuer,
    db,
    clock: systemClock,
    log: silentLog,
    secrets: [randomBytes(32)],
  });
  const services = { clients: createClientReader(db), fetch, logoutPut: () => undefined };
  const ours = () => buildProvider(installation, services, jwks);
  const bare = () =>
    new Provider(server.issuer, {
      jwks,
      adapter: createAdapterFactory({
        db: server.db,
        clock: systemClock,
        findClientMetadata: async () => undefined,
      }),
      cookies: { keys: cookieKeys },
      features: {
        devInteractions: { enabled: false },
        externalSigningSupport: { enabled: true, ack: "experimental-01" },
      },
    });
  const oursMs: number[] = [];
  const bareMs: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    oursMs.push(timeOf(() => createProviderHost(ours)));
    bareMs.push(timeOf(() => createProviderHost(bare)));
  }
  return { oursMs: median(oursMs), bareMs: median(bareMs) };
}

function timeOf(work: () => unknown): number {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}
