// The release before this one, packed and installed as its users have it, on the schema of this version: it restarts,
// serves and administers, alone and beside this version, under load, and what either gave is good at the other; then the
// way back. Eight processes and a packing of nine seconds: once in four days, and each night.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { newestMigration } from "../../src/db/migrate.ts";
import { formsOf, type UserAgent } from "../provider/support/user_agent.ts";
import { administerPeople } from "../soak/administrator.ts";
import { readEnding } from "../soak/ending.ts";
import { type Instance, type Release, runCommand, thisRelease } from "../soak/instance.ts";
import { violationsAtTheEnd } from "../soak/judge.ts";
import { comeAndGo, keepFresh, mint } from "../soak/load.ts";
import { type Recorder, startRecorder } from "../soak/recorder.ts";
import {
  authorizationRequest,
  browserOf,
  type Code,
  getCode,
  getTokens,
  redeemAt,
  refreshHonestly,
  type Soak,
  type Tokens,
} from "../soak/relying_party.ts";
import { administer, issuer, openSite, type Person, type Site } from "../soak/site.ts";
import { notToday } from "../support/share_of_day.ts";
import { installPreviousRelease, whyNoPreviousRelease } from "./previous_release.ts";

const skip = whyNoPreviousRelease() || notToday(0, 4);

describe("the release before, on this version's schema", { skip }, () => {
  let previous: Release;
  let site: Site;
  let recorder: Recorder;
  let over = false;
  let load: Promise<unknown>;
  /** What the release before gave, before anything of this version was there. */
  let kept: { agent: UserAgent; tokens: Tokens };

  before(async () => {
    previous = { name: "the release before", program: installPreviousRelease() };
    site = await openSite({ release: previous, people: 6, compressKeys: false, fsync: false });
    recorder = startRecorder(() => undefined);
    const agent = browserOf(soak(), ann());
    kept = { agent, tokens: await tokensOf(getTokens(soak(), agent, ann(), false)) };
    load = Promise.all([
      comeAndGo(soak(), person(1), 700),
      keepFresh(soak(), person(2), 500),
      mint(soak(), ann(), 500),
      administerPeople(soak(), 1, 900),
    ]);
  });
  after(async () => {
    over = true;
    await load;
    await site?.close();
  });

  const person = (index: number) => site.people[index] as Person;
  const ann = () => person(0);
  const soak = (): Soak => ({ site, recorder, isOver: () => over, onIdToken: () => undefined });
  /** The same clients, all at one instance. */
  const at = (instance: Instance): Soak => ({
    ...soak(),
    site: { ...site, balancer: { ...site.balancer, url: instance.url } },
  });
  const agentAt = (instance: Instance, agent: UserAgent) => agent.at({ issuer, localUrl: instance.url });
  const tokensOf = async (got: Promise<Tokens | undefined>): Promise<Tokens> =>
    (await got) ?? assert.fail(JSON.stringify(recorder.violations));
  const instance = (name: string): Instance => site.instances.get(name) ?? assert.fail(name);
  const restart = async (name: string, release: Release): Promise<Instance> => {
    assert.equal(await instance(name).stop(), 0);
    return site.start(name, release);
  };
  const tti = async (release: Release, words: string) =>
    JSON.parse(await runCommand(release, site.environment, [...words.split(" "), "--json"])) as Record<
      string,
      unknown
    >;
  const api = async (where: Instance, method: string, path: string, body?: unknown) => {
    const answer = await administer(site, where.adminUrl, method, path, body);
    assert.ok(answer.status < 300, `${method} ${path} at ${where.release.name}: ${answer.text}`);
    return answer.body;
  };

  test("it restarts, serves and administers, after the schema was brought up while it served", async () => {
    const { applied } = (await tti(thisRelease, "migrate up")) as { applied: string[] };
    assert.equal(applied.at(-1), newestMigration);
    const restarted = await restart("b", previous);
    const { newer } = (await tti(previous, "migrate status")) as { newer: string[] };
    assert.deepEqual(newer, applied);
    assert.deepEqual((await tti(previous, "migrate up"))["applied"], []);

    const made = await tti(previous, "user create --tenant acme --email late@acme.example");
    await tti(previous, "user disable late@acme.example");
    await tti(previous, "key rotate");
    const { users } = (await tti(previous, "user list --tenant acme")) as { users: { id: string }[] };
    assert.ok(users.some(({ id }) => id === made["id"]));
    await tokensOf(getTokens(at(restarted), agentAt(restarted, kept.agent), ann(), true));
    await tokensOf(getTokens(at(restarted), browserOf(at(restarted), person(3)), person(3), false));
    kept.tokens = await tokensOf(refreshHonestly(at(restarted), ann(), kept.tokens));
  });

  test("beside it, sessions, codes, forms, tokens and keys of each are good at the other", async () => {
    const old = instance("a");
    const young = await restart("b", thisRelease);
    for (const [one, other] of [
      [old, young],
      [young, old],
    ] as const) {
      const of = `of ${one.release.name}`;
      const who = person(one === old ? 4 : 5);
      // A form of one, posted to the other, and a session of the one continued there.
      const { agent, code } = await signInAcross(one, other, who);
      const tokens = await tokensOf(redeemed(other, code));
      await tokensOf(getTokens(at(one), agentAt(one, agent), who, true));
      const refreshed = await tokensOf(refreshHonestly(at(one), who, tokens));
      await tokensOf(refreshHonestly(at(other), who, refreshed));
      // A code of one, redeemed at the other.
      const foreign = await getCode(at(one), agentAt(one, agent), who, true);
      await tokensOf(redeemed(other, foreign));
      const keys = (await (await fetch(`${other.url}/jwks`)).json()) as JSONWebKeySet;
      await assert.doesNotReject(jwtVerify(refreshed.idToken, createLocalJWKSet(keys), { issuer }), of);
    }
    // What was given before there was this version.
    kept.tokens = await tokensOf(refreshHonestly(at(young), ann(), kept.tokens));
    await tokensOf(getTokens(at(young), agentAt(young, kept.agent), ann(), true));
    kept.tokens = await tokensOf(refreshHonestly(at(old), ann(), kept.tokens));
  });

  test("beside it, what one administers is so at the other", async () => {
    const [old, young] = [instance("a"), instance("b")];
    for (const [one, other] of [
      [old, young],
      [young, old],
    ] as const) {
      const email = `by-${one.id}@acme.example`;
      const { id } = await api(one, "POST", "/v1/users", { email, memberships: [{ tenantId: "acme" }] });
      await api(other, "PATCH", `/v1/users/${id}`, { name: "Renamed" });
      await api(one, "POST", `/v1/users/${id}/disable`);
      const shown = await api(other, "GET", `/v1/users/${id}`);
      assert.equal(shown["name"], "Renamed");
      assert.equal(typeof shown["disabledAtMs"], "number");
      await api(other, "POST", "/v1/invitations", { email: `invited-by-${other.id}@acme.example` });
      // Each counts the other among those that must publish a key before it signs.
      const { instances } = (await api(one, "GET", "/v1/keys")) as {
        instances: { live: boolean; lacks: string[] }[];
      };
      assert.equal(instances.filter(({ live }) => live).length, 2);
      await api(one, "DELETE", `/v1/users/${id}`);
    }
    // An event that the release before knows no type of is listed by it, and the chain is whole to both.
    const invited = `invited-by-${young.id}@acme.example`;
    await api(young, "POST", `/v1/users/${invited}/withdraw-invitation`);
    const { events } = (await tti(previous, `audit list --account ${invited}`)) as {
      events: { type: string }[];
    };
    const types = events.map(({ type }) => type);
    assert.ok(types.includes("account.invitation_withdrawn"), types.join());
    await api(old, "GET", "/v1/audit-events?limit=100");
    for (const release of [previous, thisRelease])
      await runCommand(release, site.environment, ["audit", "verify"]);
  });

  test("the way back: it runs alone again, and nothing was lost", async () => {
    const back = await restart("b", previous);
    kept.tokens = await tokensOf(refreshHonestly(at(back), ann(), kept.tokens));
    await tokensOf(getTokens(at(back), agentAt(back, kept.agent), ann(), true));
    over = true;
    await load;
    const ending = await readEnding(site, previous, recorder.history);
    assert.deepEqual([...recorder.violations, ...violationsAtTheEnd(recorder.history, ending)], []);
    assert.ok(
      (recorder.counts["refresh"] ?? 0) > 20 && (recorder.counts["mint"] ?? 0) > 10,
      "there was load",
    );
    const failed = site.started.flatMap(({ id, errors }) => errors.map(({ msg }) => `${id}: ${msg}`));
    assert.deepEqual(failed, [], "no instance logged an error");
  });

  async function signInAcross(one: Instance, other: Instance, who: Person) {
    const { url, verifier } = authorizationRequest({});
    const agent = agentAt(one, browserOf(soak(), who));
    const page = await agent.follow(url);
    assert.ok(
      formsOf(page).some(({ action }) => action.endsWith("/login")),
      page.text,
    );
    const there = agentAt(other, agent);
    const landed = await there.submit(page, { email: who.email, password: who.password }, "/login");
    const code = landed.url.searchParams.get("code") ?? assert.fail(`${landed.url} ${landed.text}`);
    return { agent: there, code: { code, verifier } };
  }

  async function redeemed(where: Instance, code: Code | undefined): Promise<Tokens | undefined> {
    assert.ok(code);
    const { status, body, text } = await redeemAt(soak(), where.url, code);
    assert.equal(status, 200, text);
    return { idToken: String(body["id_token"]), refreshToken: String(body["refresh_token"]) };
  }
});
