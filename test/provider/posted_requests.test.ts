// Relying parties post what is too long for an address: it arrives whole, once, and strangers cannot fill the store.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../src/log.ts";
import { startSweeper } from "../../src/provider/assembly/sweeper.ts";
import {
  mostPostedRequests,
  mostPostedRequestsOfOne,
  savePostedRequest,
  takePostedRequest,
} from "../../src/provider/edge/posted_request_store.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { useStore } from "../support/use_store.ts";
import { authorizationUrl, codeOf, redeem } from "./support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

const state = "s".repeat(9_000);

describe("a posted request", () => {
  const fixture = useProvider({ environment: { TTI_TRUSTED_PROXIES: "1" } }, async () => {
    await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
    await addClient(fixture.db, { client_id: "app", post_logout_redirect_uris: ["https://rp.example/bye"] });
  });

  const post = (agent: UserAgent, params = {}) => {
    const { origin, pathname, searchParams } = authorizationUrl(fixture, params);
    return agent.follow(new URL(pathname, origin), { method: "POST", body: searchParams });
  };

  it("with a state of 9,000 characters signs in, and again without a question", async () => {
    const agent = new UserAgent();
    const page = await post(agent, { state });
    assert.equal(page.status, 200, page.text);
    const answer = await agent.submit(page, { email: "ann@acme.example", password }, "/login");
    assert.equal(answer.url.searchParams.get("state"), state);
    assert.equal((await redeem(fixture, codeOf(answer))).status, 200);
    const again = await post(agent, { state, prompt: "none" });
    assert.ok(codeOf(again));
    assert.equal(again.url.searchParams.get("state"), state);
    assert.deepEqual(await fixture.db("posted_requests").select("*"), [], "nothing of it stays");
  });

  it("with a long state signs out", async () => {
    const agent = new UserAgent();
    const page = await post(agent, {});
    await agent.submit(page, { email: "ann@acme.example", password }, "/login");
    const bye = "https://rp.example/bye";
    const body = new URLSearchParams({ client_id: "app", post_logout_redirect_uri: bye, state });
    const question = await agent.follow(new URL("/session/end", fixture.issuer), { method: "POST", body });
    const answer = await agent.submit(question, { logout: "yes" }, "/confirm");
    assert.equal(answer.url.searchParams.get("state"), state);
  });

  it("with a token in it never shows the token in an address", async () => {
    const body = new URLSearchParams({ client_id: "app", id_token_hint: "eyJ.a.token" });
    const answer = await new UserAgent().visit(new URL("/session/end", fixture.issuer), {
      method: "POST",
      body,
    });
    assert.match(answer.headers.get("location") ?? "", /^[^?]*\?posted_request=[\w-]{43}$/);
  });

  it("keeps a parameter that was sent twice, so that it is refused", async () => {
    const { origin, pathname, searchParams } = authorizationUrl(fixture, { state });
    searchParams.append("state", "another");
    const page = await new UserAgent().follow(new URL(pathname, origin), {
      method: "POST",
      body: searchParams,
    });
    assert.equal(page.url.searchParams.get("error"), "invalid_request");
  });

  it("of a stranger who posts without end leaves everybody else's", async () => {
    const target = new URL("/session/end", fixture.issuer);
    const body = () => new URLSearchParams({ client_id: "app", id_token_hint: "eyJ.a.token" });
    const send = (address: string) =>
      fetch(target, {
        method: "POST",
        redirect: "manual",
        body: body(),
        headers: { "x-forwarded-for": address },
      });
    const mine = await send("198.51.100.7");
    for (let index = 0; index < mostPostedRequestsOfOne + 5; index += 1) {
      assert.equal((await send("203.0.113.9")).status, 303);
    }
    const rows = await fixture.db("posted_requests").where({ network: "203.0.113.9" }).select("id_hash");
    assert.equal(rows.length, mostPostedRequestsOfOne);
    const back = await fetch(mine.headers.get("location") ?? "", { redirect: "manual" });
    assert.notEqual(back.status, 400, "the request is still there");
    await fixture.db("posted_requests").delete();
  });

  it("is brought back once, and by its own value only", async () => {
    const { origin, pathname, searchParams } = authorizationUrl(fixture, { state });
    const agent = new UserAgent();
    const first = await agent.visit(new URL(pathname, origin), { method: "POST", body: searchParams });
    const location = new URL(first.headers.get("location") ?? "");
    assert.ok(location.href.length < 200, "the address is short");
    const elsewhere = new URL(`/session/end${location.search}`, fixture.issuer);
    assert.equal((await agent.visit(elsewhere)).status, 400, "at another endpoint it is unknown");
    assert.equal((await agent.visit(location)).status, 303);
    assert.equal((await agent.visit(location)).status, 400);
    location.searchParams.set("posted_request", "guessed");
    assert.equal((await agent.visit(location)).status, 400);
  });
});

for (const kind of storesOfToday(import.meta.url)) {
  describe(`posted requests in ${kind}`, () => {
    const store = useStore(kind);
    const at = (ms: number) => new Date(1_000_000 + ms);

    it("are taken by one of many, within a minute", async () => {
      const request = { path: "/auth", query: "a=1", network: "192.0.2.1" };
      const id = (await savePostedRequest(store.db, request, at(0))) ?? "";
      const taken = await Promise.all(
        Array.from({ length: 10 }, () => takePostedRequest(store.db, "/auth", id, at(59_000))),
      );
      assert.deepEqual(
        taken.filter((query) => query !== undefined),
        ["a=1"],
      );
      const late = (await savePostedRequest(store.db, request, at(0))) ?? "";
      assert.equal(await takePostedRequest(store.db, "/auth", late, at(60_000)), undefined);
      const sweeper = startSweeper({ db: store.db, clock: () => at(60_000), log: silentLog });
      assert.equal(await sweeper.sweep(), 1);
      await sweeper.stop();
    });

    it("are bounded in number, until time makes room", async () => {
      const row = (index: number) => ({
        id_hash: `h${index}`,
        path: "/auth",
        query: "",
        expires_at_ms: 1_060_000,
      });
      const rows = Array.from({ length: mostPostedRequests }, (_, index) => row(index));
      await store.db.batchInsert("posted_requests", rows, 200);
      const newcomer = { path: "/auth", query: "mine", network: "192.0.2.1" };
      const count = async (): Promise<number> => (await store.db("posted_requests").select("id_hash")).length;
      const id = (await savePostedRequest(store.db, newcomer, at(1))) ?? "";
      assert.equal(await count(), mostPostedRequests, "the network that holds most gave one away");
      const another = { ...newcomer, network: "192.0.2.2" };
      assert.ok(await savePostedRequest(store.db, another, at(1)));
      assert.equal(await takePostedRequest(store.db, "/auth", id, at(2)), "mine", "and not the newcomer's");
      assert.ok(await savePostedRequest(store.db, newcomer, at(70_000)), "what is over takes no place");
      await store.db("posted_requests").delete();
    });

    it("of one network are few: it loses its own oldest, and nobody else's", async () => {
      const of = (network: string, query: string) => ({ path: "/auth", query, network });
      const other = (await savePostedRequest(store.db, of("192.0.2.9", "other"), at(0))) ?? "";
      const ids: string[] = [];
      for (let index = 0; index <= mostPostedRequestsOfOne; index += 1) {
        ids.push((await savePostedRequest(store.db, of("198.51.100.1", `${index}`), at(index))) ?? "");
      }
      const rows = await store.db("posted_requests").where({ network: "198.51.100.1" }).select("query");
      assert.equal(rows.length, mostPostedRequestsOfOne);
      assert.equal(await takePostedRequest(store.db, "/auth", ids[0] ?? "", at(100)), undefined);
      assert.equal(await takePostedRequest(store.db, "/auth", ids[1] ?? "", at(100)), "1");
      assert.equal(await takePostedRequest(store.db, "/auth", ids.at(-1) ?? "", at(100)), "20");
      assert.equal(await takePostedRequest(store.db, "/auth", other, at(100)), "other");
    });
  });
}
