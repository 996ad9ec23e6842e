// What the exchange client costs: a cached search against a plain SDK call, a cold exchange against its three AWS
// calls, exchanges per search, memory per cached user. Run with `node bench/exchange.ts [--quick]`.

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { QBusinessClient, SearchRelevantContentCommand } from "@aws-sdk/client-qbusiness";
import { SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { STSClient } from "@aws-sdk/client-sts";
import {
  DataAccessor,
  ExchangeClient,
  type ExchangeClientOptions,
  parseSearchConnection,
  type SearchConnection,
} from "tti-exchange";
import { assumeRole } from "../packages/exchange/src/aws/assume_role.ts";
import { createTokenWithIam } from "../packages/exchange/src/aws/create_token_with_iam.ts";
import { type BenchIssuer, startBenchIssuer } from "./support/bench_issuer.ts";
import { type BenchAws, benchClientId, isvRoleArn, startBenchAws } from "./support/exchange_aws.ts";
import { type Compared, compareAlternately } from "./support/measure.ts";
import { type Measurement, readPace, report } from "./support/measurement.ts";

const knownUsers = 1200;
const { quick } = readPace();
const searchesPerUser = quick ? 4 : 200;

interface Bench {
  readonly aws: BenchAws;
  readonly issuer: BenchIssuer;
  readonly connection: SearchConnection;
  newClient(options?: ExchangeClientOptions): ExchangeClient;
}

/** Prints one line per measurement: name, value, baseline, ratio, target and whether it was met. */
export async function main(): Promise<void> {
  const bench = await startBench();
  try {
    // First, while nothing else leaves garbage behind.
    tell("memory per cached user", await memoryPerUser(bench));
    const { byClock, byProcessor, limited } = await cachedSearch(bench);
    tell("cached search / plain QBusinessClient call", byClock, { of: "search" });
    tell("processor time of a cached search / plain QBusinessClient call", byProcessor);
    tell("processor time of a cached search / plain call that is ended after 30 seconds, too", limited);
    tell("trick: the user's client is kept / made anew for the search", await keptClients(bench));
    const cold = await coldExchange(bench);
    tell("cold exchange / its three AWS calls", cold, { target: 1.1, met: cold.ratio <= 1.1 });
    const exchanges = await exchangesPerSearch(bench);
    const searches = (50 * searchesPerUser).toLocaleString("en");
    tell(`exchanges for ${searches} searches by 50 users`, exchanges, {
      target: 1,
      met: exchanges.ratio <= 1,
    });
  } finally {
    bench.issuer.close();
    await bench.aws.close();
  }
}

type Result = Pick<Measurement, "value" | "baseline" | "ratio">;

function tell(name: string, result: Result, judged: Pick<Measurement, "of" | "target" | "met"> = {}): void {
  report({ bench: "exchange", name, ...result, ...judged });
}

async function startBench(): Promise<Bench> {
  const issuer = await startBenchIssuer();
  const aws = await startBenchAws(issuer.url, knownUsers);
  const handedOver = aws.seedResult.connections["bench"];
  const baseCredentials = aws.seedResult.credentials["base"];
  if (handedOver === undefined || baseCredentials === undefined) throw new Error("the seed is incomplete");
  const endpoint = { endpoint: aws.url };
  return {
    aws,
    issuer,
    connection: parseSearchConnection({
      tenantId: "acme",
      roleArn: isvRoleArn,
      idcApplicationArn: handedOver.idcApplicationArn,
      idcRegion: handedOver.idcRegion,
      applicationId: handedOver.applicationId,
      retrieverId: handedOver.retrieverId,
      qRegion: handedOver.applicationRegion,
    }),
    newClient: (options = {}) =>
      new ExchangeClient({
        trustedTokenIssuer: { issuer: issuer.url, audience: benchClientId },
        idTokenSource: ({ user }) => issuer.mint(Number(user.slice("user-".length))),
        baseCredentials,
        limiter: { exchangesPerSecond: 10_000 },
        awsClientOptions: { sts: endpoint, ssoOidc: endpoint, qbusiness: endpoint },
        ...options,
      }),
  };
}

async function cachedSearch({ aws, connection, newClient }: Bench) {
  const client = newClient();
  const accessor = new DataAccessor({ connection, client });
  const { credentials } = await client.session({ connection, user: "user-0" });
  // With the same time limit as the accessor's client: without one the SDK's handler is measurably slower.
  const requestHandler = { requestTimeout: 10_000 };
  const plain = new QBusinessClient({
    region: connection.qRegion,
    endpoint: aws.url,
    credentials,
    requestHandler,
  });
  const command = () =>
    new SearchRelevantContentCommand({
      applicationId: connection.applicationId,
      contentSource: { retriever: { retrieverId: connection.retrieverId } },
      queryText: "vacation",
      maxResults: 3,
    });
  const searchPlainly = () => plain.send(command());
  // What a signal costs within the SDK is most of what is left of the difference.
  const searchWithin = () => plain.send(command(), { abortSignal: AbortSignal.timeout(30_000) });
  const search = async () => {
    for await (const _ of accessor.search({ user: "user-0", queryText: "vacation", maxResults: 3 }));
  };
  await compareAlternately(quick ? 2 : 300, searchPlainly, search);
  const pairs = quick ? 4 : 1000;
  const byClock = await compareAlternately(pairs, searchPlainly, search);
  const byProcessor = await compareAlternately(pairs, searchPlainly, search, processorMs);
  const limited = await compareAlternately(pairs, searchWithin, search, processorMs);
  plain.destroy();
  client.destroy();
  return { byClock: toldOf(byClock), byProcessor: toldOf(byProcessor), limited: toldOf(limited) };
}

// Of more users in turn than clients are kept for, each search makes one.
async function keptClients({ connection, newClient }: Bench): Promise<Result> {
  const client = newClient();
  const accessor = new DataAccessor({ connection, client });
  const users = Array.from({ length: 150 }, (_, index) => `user-${index}`);
  for (const user of users) await client.session({ connection, user });
  const another = newClient();
  const kept = new DataAccessor({ connection, client: another });
  const search = (by: DataAccessor) => async (pair: number) => {
    const user = by === kept ? "user-0" : (users[pair % users.length] ?? "");
    for await (const _ of by.search({ user, queryText: "vacation", maxResults: 3 }));
  };
  await compareAlternately(quick ? 2 : 300, search(accessor), search(kept));
  const compared = await compareAlternately(quick ? 4 : 600, search(accessor), search(kept), processorMs);
  for (const each of [client, another]) each.destroy();
  return toldOf(compared);
}

// Of this thread alone: the local AWS has its own.
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const toldOf = ({ measuredMs, baselineMs, ratio }: Compared): Result => ({
  value: `${measuredMs.toFixed(3)} ms`,
  baseline: `${baselineMs.toFixed(3)} ms`,
  ratio,
});

async function coldExchange({ aws, issuer, connection, newClient }: Bench): Promise<Result> {
  const tokens = new Map<string, string>();
  const client = newClient({ idTokenSource: async ({ user }) => tokens.get(user) ?? "" });
  const credentials = aws.seedResult.credentials["base"];
  if (credentials === undefined) throw new Error("the seed is incomplete");
  const region = connection.idcRegion;
  const sts = new STSClient({ region, endpoint: aws.url, credentials });
  const oidc = new SSOOIDCClient({ region, endpoint: aws.url, credentials });
  const { signal } = new AbortController();
  const role = { roleArn: connection.roleArn, sessionName: "bench", tenantId: connection.tenantId };

  const threeCalls = async (token: string) => {
    const first = await assumeRole(sts, { ...role, durationSeconds: 900 }, signal);
    const { requestHandler } = oidc.config;
    const signed = new SSOOIDCClient({
      region,
      endpoint: aws.url,
      credentials: first.credentials,
      requestHandler,
    });
    const grant = { kind: "jwt-bearer", assertion: token } as const;
    const { identityContext } = await createTokenWithIam(signed, connection.idcApplicationArn, grant, signal);
    await assumeRole(sts, { ...role, durationSeconds: 3600, identityContext }, signal);
  };
  const pairs = quick ? 6 : 330;
  const plainTokens: string[] = [];
  for (let index = 0; index < pairs; index += 1) {
    plainTokens.push(await issuer.mint(index));
    tokens.set(`user-${index}`, await issuer.mint(index));
  }
  const baseline = (pair: number) => threeCalls(plainTokens[pair] ?? "");
  const exchange = (pair: number) => client.session({ connection, user: `user-${pair}` });
  const warmUp = quick ? 2 : 30;
  await compareAlternately(warmUp, baseline, exchange);
  const { measuredMs, baselineMs, ratio } = await compareAlternately(
    pairs - warmUp,
    (pair) => baseline(pair + warmUp),
    (pair) => exchange(pair + warmUp),
  );
  for (const each of [sts, oidc, client]) each.destroy();
  return { value: `${measuredMs.toFixed(3)} ms`, baseline: `${baselineMs.toFixed(3)} ms`, ratio };
}

async function exchangesPerSearch({ aws, connection, newClient }: Bench): Promise<Result> {
  const client = newClient();
  const accessor = new DataAccessor({ connection, client });
  const users = 50;
  const before = await aws.counts();
  const callers = Array.from({ length: users }, async (_, index) => {
    for (let count = 0; count < searchesPerUser; count += 1) {
      const search = accessor.search({ user: `user-${index}`, queryText: "vacation", maxResults: 1 });
      for await (const _result of search);
    }
  });
  await Promise.all(callers);
  const after = await aws.counts();
  client.destroy();
  const made = (operation: string) => (after[operation] ?? 0) - (before[operation] ?? 0);
  return {
    value: `${made("CreateTokenWithIAM")} exchanges for ${made("SearchRelevantContent")} searches`,
    baseline: `${users} exchanges`,
    ratio: made("CreateTokenWithIAM") / users,
  };
}

async function memoryPerUser({ connection, newClient }: Bench): Promise<Result> {
  const client = newClient();
  const users = Array.from({ length: quick ? 250 : 1_000 }, (_, index) => `user-${index}`);
  for (let index = 0; index < users.length; index += 20) {
    await Promise.all(users.slice(index, index + 20).map((user) => client.session({ connection, user })));
  }
  // What goes when the users are forgotten is theirs; all that the exchanges themselves left is on both sides.
  const full = await settledHeapBytes();
  for (const user of users) await client.forget(connection, user);
  const perUser = (full - (await settledHeapBytes())) / users.length;
  client.destroy();
  // What the credentials' own text takes is the least any cache needs.
  const another = newClient();
  const { credentials } = await another.session({ connection, user: "user-1100" });
  another.destroy();
  const least =
    credentials.accessKeyId.length + credentials.secretAccessKey.length + credentials.sessionToken.length;
  return {
    value: `${Math.round(perUser)} bytes`,
    baseline: `${least} bytes of credentials`,
    ratio: perUser / least,
  };
}

// Closed sockets and ended timers let go of their memory a little later, so the heap is read until it rests.
async function settledHeapBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let last = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round += 1) {
    collect();
    const now = process.memoryUsage().heapUsed;
    if (Math.abs(last - now) < 4_096) return now;
    last = now;
    await sleep(150);
  }
  return last;
}

if (import.meta.main) await main();
