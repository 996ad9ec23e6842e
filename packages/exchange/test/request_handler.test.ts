// How requests to AWS travel, what mark they bear, and what a log is told of them: one setting each, for all services.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { test } from "node:test";
import { STSClient } from "@aws-sdk/client-sts";
import {
  DataAccessor,
  ExchangeClient,
  type ExchangeClientOptions,
  type RequestHandler,
} from "../src/index.ts";
import { version } from "../src/version.ts";
import { acme, baseCredentials } from "./support/connections.ts";
import { collect, startWorld, type World } from "./support/world.ts";

const search = (world: World) =>
  collect(world.accessor().search({ user: "alice", queryText: "secret plan" }));
const everyCall = ["assume-role-with-tag", "create-token-with-iam", "assume-role-with-context", "search"];

/** All services at the address that speaks what an own handler speaks. */
function plain(world: World): ExchangeClientOptions {
  const endpoint = { endpoint: world.aws.plainUrl };
  return { awsClientOptions: { sts: endpoint, ssoOidc: endpoint, qbusiness: endpoint } };
}

/** A handler as the SDK makes one, that counts what goes through it, and whether somebody closed it. */
function countingHandler() {
  const { requestHandler } = new STSClient({ region: "eu-central-1", credentials: baseCredentials }).config;
  const seen = { requests: 0, destroyed: 0 };
  const handler = new Proxy(requestHandler as RequestHandler & typeof requestHandler, {
    get(inner, name) {
      if (name === "handle") seen.requests += 1;
      if (name === "destroy") return () => (seen.destroyed += 1);
      const member: unknown = Reflect.get(inner, name, inner);
      return typeof member === "function" ? member.bind(inner) : member;
    },
  });
  return { handler, seen, close: () => requestHandler.destroy?.() };
}

test("every call to AWS bears this package's mark, and the ISV's own after it", async (t) => {
  const world = await startWorld(t);
  const { clientOptions } = world.aws;
  const client = world.anotherClient({
    awsClientOptions: { ...clientOptions, sts: { ...clientOptions.sts, customUserAgent: "isv/7" } },
  });
  await client.session({ connection: acme, user: "alice" });
  await search(world);
  assert.deepEqual(
    [...new Set(world.aws.seen.map(({ operation }) => operation))].sort(),
    everyCall.toSorted(),
  );
  for (const { operation, userAgent } of world.aws.seen) {
    assert.match(userAgent, new RegExp(`tti-exchange/${version}`), operation);
  }
  assert.match(world.aws.seen[0]?.userAgent ?? "", / isv\/7|isv#7/);
});

test("the mark's version is the package's", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  assert.equal(version, manifest.version);
});

test("one request handler carries every call, and stays its owner's to close", async (t) => {
  const { handler, seen, close } = countingHandler();
  t.after(close);
  const world = await startWorld(t);
  const options = { ...plain(world), requestHandler: handler };
  for (const user of ["alice", "bob"]) {
    using client = world.anotherClient(options);
    const accessor = new DataAccessor({ connection: acme, client });
    assert.equal((await collect(accessor.search({ user, queryText: "q" }))).length, 1);
  }
  assert.equal(seen.destroyed, 0);
  // The SDK asks for `handle` once and more for each request.
  assert.ok(seen.requests >= 8, `${seen.requests}`);
  assert.equal(world.aws.seen.length, 8);
});

test("options of a handler reach every service: one agent for all", async (t) => {
  const httpAgent = new Agent({ keepAlive: true });
  t.after(() => httpAgent.destroy());
  let connections = 0;
  const connect = httpAgent.createConnection.bind(httpAgent);
  httpAgent.createConnection = (...words) => {
    connections += 1;
    return connect(...words);
  };
  const world = await startWorld(t);
  const client = world.anotherClient({ ...plain(world), requestHandler: { httpAgent } });
  await collect(new DataAccessor({ connection: acme, client }).search({ user: "alice", queryText: "q" }));
  assert.equal(world.aws.seen.length, 4);
  assert.ok(connections > 0);
  assert.equal(connections, 1, "the four calls went one after the other through one agent");
});

test("a second seam for handlers or the SDK's logger is refused by name", () => {
  for (const extra of [{ requestHandler: {} }, { logger: console }]) {
    const awsClientOptions = { sts: extra } as ExchangeClientOptions["awsClientOptions"];
    assert.throws(() => new ExchangeClient({ awsClientOptions }), {
      code: "options_invalid",
      message: /awsClientOptions\.sts .* without requestHandler and logger/,
    });
  }
  assert.throws(() => new ExchangeClient({ logger: { debug() {} } as never }), { message: /logger/ });
});

test("a logger is told every step in a line, and nothing secret, no query and no user", async (t) => {
  const lines: string[] = [];
  const logger = {
    debug: (line: string) => lines.push(`debug ${line}`),
    warn: (line: string) => lines.push(`warn ${line}`),
  };
  const world = await startWorld(t, { logger });
  await search(world);
  world.aws.script = ({ operation }) =>
    operation === "assume-role-with-tag" ? { drop: "before-answer" } : undefined;
  await assert.rejects(world.client.session({ connection: acme, user: "bob" }));
  for (const step of [...everyCall.slice(0, 3), "id-token", "search-relevant-content", "credentials"]) {
    assert.ok(
      lines.some((line) => line.startsWith(`debug tti-exchange: ${step} done in `)),
      step,
    );
  }
  assert.ok(
    lines.some((line) =>
      /^warn tti-exchange: assume-role-with-tag failed .*code connection_failed/.test(line),
    ),
  );
  const told = lines.join("\n");
  for (const secret of [
    ...world.issuer.minted,
    "secret-of-",
    "session-of-",
    "context-secret",
    baseCredentials.secretAccessKey,
    "secret plan",
    "alice",
    "bob",
  ]) {
    assert.ok(!told.includes(secret), secret.slice(0, 20));
  }
});

test("who asks for the calls hears each with what went in and what came out", async (t) => {
  const heard: { commandName?: string; input?: unknown; output?: unknown }[] = [];
  const world = await startWorld(t, { onAwsCall: (call) => heard.push(call as (typeof heard)[number]) });
  await search(world);
  assert.deepEqual(
    heard.map(({ commandName }) => commandName),
    ["AssumeRoleCommand", "CreateTokenWithIAMCommand", "AssumeRoleCommand", "SearchRelevantContentCommand"],
  );
  for (const { input, output } of heard) assert.ok(input && output);
});

test("a logger that throws hurts nobody", async (t) => {
  const fail = () => {
    throw new Error("the disk is full");
  };
  const world = await startWorld(t, { logger: { debug: fail, warn: fail } });
  assert.equal((await search(world)).length, 1);
});
