// The baselines' processes, and what is needed to ask them: clients and refresh tokens.
import type { KeyObject } from "node:crypto";
import { openTestDatabase } from "../../test/support/databases.ts";
import { type Child, startChild } from "./child.ts";
import type { Side } from "./cost.ts";
import { basicAuthorization, formRequest, type Work } from "./http_load.ts";

/** A running baseline. */
export interface BareProvider {
  issuer: string;
  localUrl: string;
  clientId: string;
  clientSecret: string;
  /** A client that asks for itself, with `private_key_jwt`. */
  programId: string;
  redirectUri: string;
  /** Everybody's password. */
  password: string;
  /** One for each lane. */
  refreshTokens: readonly string[];
  child: Child;
  /** Where its backends are seen; absent: it keeps everything in memory. */
  database?: Side["database"];
  /** Memory the process holds. */
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** What a baseline is started with. */
export interface BareOptions {
  /** How many refresh tokens. */
  lanes: number;
  /** PostgreSQL, by the plain adapter and with rotation, instead of its own memory. */
  durable?: boolean;
  /** The key of the client that asks for itself. */
  programKey?: KeyObject;
}

/** Starts bare oidc-provider. On PostgreSQL it has a database of its own, in the server TEST_POSTGRES_URL names. */
export async function startBareProvider({ lanes, durable, programKey }: BareOptions): Promise<BareProvider> {
  const store = durable === true ? await openTestDatabase("postgres") : undefined;
  const applicationName = `bench-plain-${process.pid}`;
  const child = startChild(
    "bare_server.ts",
    store === undefined
      ? {}
      : { BENCH_DATABASE_URL: store.environment["DATABASE_URL"] ?? "", PGAPPNAME: applicationName },
  );
  const jwk = programKey?.export({ format: "jwk" });
  const started = await child.ask<
    Omit<BareProvider, "refreshTokens" | "child" | "database" | "residentBytes" | "stop">
  >("start", jwk === undefined ? {} : { programJwk: { ...jwk, alg: "ES256", use: "sig", kid: "bench" } });
  return {
    ...started,
    refreshTokens: await child.ask<string[]>("refreshTokens", { count: lanes }),
    child,
    ...(store === undefined ? {} : { database: { db: store.db, applicationName } }),
    residentBytes: () => child.ask<number>("residentBytes"),
    async stop() {
      await child.stop();
      await store?.close();
    },
  };
}

/** Refreshes with the tokens of everybody in turns: the library's memory holds a thousand entries, and forgets the longest unused. */
export function refreshing(
  { issuer, clientId, clientSecret }: { issuer: string; clientId: string; clientSecret: string },
  refreshTokens: readonly string[],
): Work {
  const headers = { authorization: basicAuthorization(clientId, clientSecret) };
  const tokens = [...refreshTokens];
  return async (connection) => {
    const token = tokens.shift();
    if (token === undefined) throw new Error("there are fewer refresh tokens than lanes");
    const form = { grant_type: "refresh_token", refresh_token: token };
    const { status, body } = await connection.send(formRequest(`${issuer}/token`, form, headers));
    const answer = JSON.parse(body) as { id_token?: string; refresh_token?: string };
    if (status !== 200 || answer.id_token === undefined || answer.refresh_token === undefined)
      throw new Error(`a refresh failed: ${status} ${body}`);
    tokens.push(answer.refresh_token);
  };
}
