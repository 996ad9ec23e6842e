// Searching as a user: paging, limits, regions, renewal of credentials AWS no longer takes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DataAccessor } from "../src/index.ts";
import { acme } from "./support/connections.ts";
import { holdTime, patience } from "./support/held_time.ts";
import { type StubScript, searchError } from "./support/stub_aws.ts";
import { collect, startWorld } from "./support/world.ts";

const ask = { user: "alice", queryText: "travel policy" };

/** Serves numbered passages in pages, `total` in all. */
function paged(total: number, defaultSize: number): StubScript {
  return ({ operation, parameters }) => {
    if (operation !== "search") return undefined;
    const from = Number(parameters["nextToken"] ?? 0);
    const size = Number(parameters["maxResults"] ?? defaultSize);
    const to = Math.min(total, from + size);
    const relevantContent = Array.from({ length: to - from }, (_, index) => ({
      documentId: `doc ${from + index}`,
    }));
    const body = to < total ? { relevantContent, nextToken: String(to) } : { relevantContent };
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  };
}

test("search yields the results of all pages and exchanges once", async (t) => {
  const world = await startWorld(t);
  world.aws.script = paged(25, 10);
  const results = await collect(world.accessor().search(ask));
  assert.equal(results.length, 25);
  assert.equal(results[24]?.documentId, "doc 24");
  assert.equal(world.aws.count("search"), 3);
  assert.equal(world.aws.count("create-token-with-iam"), 1);
  const [search] = world.aws.seen.filter(({ operation }) => operation === "search");
  assert.equal(search?.path, `/applications/${acme.applicationId}/relevant-content`);
  assert.match(search?.authorization ?? "", /Credential=ASIACONTEXT1\/\d+\/eu-west-1\/qbusiness\//);
  assert.deepEqual(search?.parameters, {
    queryText: "travel policy",
    contentSource: { retriever: { retrieverId: acme.retrieverId } },
  });
});

test("pages are fetched as they are asked for", async (t) => {
  const world = await startWorld(t);
  world.aws.script = paged(1000, 10);
  for await (const { documentId } of world.accessor().search(ask)) if (documentId === "doc 4") break;
  assert.equal(world.aws.count("search"), 1);
});

test("maxResults bounds what is yielded and asked for; pageSize what one call asks for", async (t) => {
  const world = await startWorld(t);
  world.aws.script = paged(1000, 10);
  const accessor = world.accessor();
  assert.equal((await collect(accessor.search({ ...ask, maxResults: 7 }))).length, 7);
  assert.equal((await collect(accessor.search({ ...ask, maxResults: 230 }))).length, 230);
  assert.equal((await collect(accessor.search({ ...ask, maxResults: 45, pageSize: 20 }))).length, 45);
  const sizes = world.aws.seen
    .filter(({ operation }) => operation === "search")
    .map(({ parameters }) => parameters["maxResults"]);
  assert.deepEqual(sizes, [7, 100, 100, 30, 20, 20, 5]);
});

test("more results than asked for are cut off", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }) =>
    operation === "search"
      ? {
          status: 200,
          body: JSON.stringify({
            relevantContent: [1, 2, 3].map((n) => ({ documentId: `${n}` })),
            nextToken: "x",
          }),
        }
      : undefined;
  assert.equal((await collect(world.accessor().search({ ...ask, maxResults: 2 }))).length, 2);
});

test("a page's token continues the search later", async (t) => {
  const world = await startWorld(t);
  world.aws.script = paged(25, 10);
  const accessor = world.accessor();
  const { value: first } = await accessor.pages(ask).next();
  assert.equal(first?.nextToken, "10");
  const rest = await collect(accessor.search({ ...ask, nextToken: first?.nextToken }));
  assert.equal(rest[0]?.documentId, "doc 10");
  assert.equal(rest.length, 15);
});

test("attribute filters reach Q Business as they are", async (t) => {
  const world = await startWorld(t);
  const attributeFilter = { equalsTo: { name: "_data_source_id", value: { stringValue: "ds-1" } } };
  await collect(world.accessor().search({ ...ask, attributeFilter }));
  assert.deepEqual(world.aws.seen.at(-1)?.parameters["attributeFilter"], attributeFilter);
});

test("an empty result is no error", async (t) => {
  const world = await startWorld(t);
  world.aws.script = paged(0, 10);
  assert.deepEqual(await collect(world.accessor().search(ask)), []);
});

test("users searching at once each search with their own credentials", async (t) => {
  const world = await startWorld(t);
  const accessor = world.accessor();
  const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
  await Promise.all(users.map((user) => collect(accessor.search({ ...ask, user }))));
  await Promise.all(users.map((user) => collect(accessor.search({ ...ask, user }))));
  const keys = world.aws.seen
    .filter(({ operation }) => operation === "search")
    .map(({ authorization }) => /Credential=(\w+)\//.exec(authorization)?.[1]);
  assert.equal(keys.length, 40);
  assert.equal(new Set(keys).size, 20);
});

test("credentials AWS no longer takes are replaced once, and the search goes on", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }, count) =>
    operation === "search" && count === 1
      ? searchError("ExpiredTokenException", "The security token included in the request is expired", 403)
      : undefined;
  assert.equal((await collect(world.accessor().search(ask))).length, 1);
  assert.equal(world.aws.count("create-token-with-iam"), 2);
});

test("credentials that stay refused end in an error, not in a loop", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }) =>
    operation === "search" ? searchError("ExpiredTokenException", "expired", 403) : undefined;
  await assert.rejects(collect(world.accessor().search(ask)), { code: "credentials_expired" });
  assert.equal(world.aws.count("create-token-with-iam"), 2);
});

test("a denial of fresh credentials is meant; one of old credentials is asked again once", async (t) => {
  const time = { ms: Date.now() };
  const world = await startWorld(t, { clock: () => new Date(time.ms) });
  world.aws.script = ({ operation }) =>
    operation === "search" ? searchError("AccessDeniedException", "no", 403) : undefined;
  const accessor = world.accessor();
  await assert.rejects(collect(accessor.search(ask)), { code: "search_denied", awsRequestId: "req-search" });
  assert.equal(world.aws.count("create-token-with-iam"), 1);
  time.ms += 120_000;
  await assert.rejects(collect(accessor.search(ask)), { code: "search_denied" });
  assert.equal(world.aws.count("create-token-with-iam"), 2);
});

test("throttling is waited out by the SDK", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }, count) =>
    operation === "search" && count === 1 ? searchError("ThrottlingException", "slow", 429) : undefined;
  assert.equal((await collect(world.accessor().search(ask))).length, 1);
});

test("a search that gets no answer ends at its deadline", async (t) => {
  const world = await startWorld(t, patience);
  const accessor = world.accessor();
  await collect(accessor.search(ask));
  const time = holdTime(t);
  world.aws.script = () => ({ drop: "never" });
  const waiting = assert.rejects(collect(accessor.search(ask)), {
    code: "deadline_exceeded",
    step: "search-relevant-content",
  });
  await time.until(() => world.aws.count("search") === 2);
  time.pass(patience.deadlineSeconds);
  await waiting;
});

test("a search dropped in the middle is told as such, and the next one works", async (t) => {
  const world = await startWorld(t);
  const accessor = world.accessor();
  world.aws.script = ({ operation }) => (operation === "search" ? { drop: "mid-answer" } : undefined);
  await assert.rejects(collect(accessor.search(ask)), { code: "connection_failed", retryable: true });
  world.aws.script = () => undefined;
  assert.equal((await collect(accessor.search(ask))).length, 1);
});

test("an aborted search ends with the caller's reason", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }) => (operation === "search" ? { drop: "never" } : undefined);
  const controller = new AbortController();
  const waiting = collect(world.accessor().search({ ...ask, signal: controller.signal }));
  while (world.aws.count("search") === 0) await new Promise(setImmediate);
  controller.abort(new Error("typed on"));
  await assert.rejects(waiting, /typed on/);
});

test("a search that cannot be made is refused before anything is sent", async (t) => {
  const world = await startWorld(t);
  const accessor = world.accessor();
  for (const wrong of [
    { queryText: " " },
    { maxResults: 0 },
    { maxResults: 1.5 },
    { pageSize: 101 },
    { user: "" },
  ]) {
    await assert.rejects(
      collect(accessor.search({ ...ask, ...wrong })),
      { step: "settings" },
      JSON.stringify(wrong),
    );
  }
  assert.deepEqual(world.aws.seen, []);
});

test("a malformed connection is refused when the accessor is made", () => {
  assert.throws(() => new DataAccessor({ connection: { ...acme, retrieverId: "x" } }), /retrieverId/);
});
