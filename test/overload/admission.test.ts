// Who is let in at the public port when more is asked than can be served, by counts: which kind a request is of, in whose share
// it counts, and what holds a place.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import {
  Admission,
  type AdmissionLimits,
  admissionLimits,
  besidePrograms,
} from "../../src/overload/admission.ts";
import { kindOf } from "../../src/overload/asked_kind.ts";
import { ClientRate, mostOfNetwork } from "../../src/overload/client_rate.ts";
import type { QueueTime } from "../../src/overload/fair_queue.ts";
import { LastLooks } from "../../src/overload/loop_watch.ts";
import { turnOf } from "../../src/overload/page_turn.ts";
import { siteOf, tokenShareOf } from "../../src/overload/token_share.ts";
import type { RequestContext } from "../../src/request_context.ts";

const stands = { nowMs: () => 0, after: () => () => {} };
const few = (places: number) => ({ places, mostWaiting: 10, longestWaitMs: 1000 });
const limits = { tokens: few(1), searches: few(1), logins: few(1), pages: few(1) };
const settle = () => new Promise((resolve) => setImmediate(resolve));

const open = (late = false, rate?: ClientRate) => openAdmission(limits, late, rate);

function openAdmission(bounds: AdmissionLimits, late = false, rate?: ClientRate, time: QueueTime = stands) {
  const admission = new Admission({ loop: { isLate: () => late }, limits: bounds, time, rate });
  const ask = (
    kind: Parameters<Admission["serve"]>[0],
    method = "GET",
    url = "/",
    address = "198.51.100.1",
  ) => {
    const context: RequestContext = { requestId: "r", address };
    const { promise: ended, resolve } = Promise.withResolvers<number>();
    let begun = false;
    const request = { method, url, headers: {} } as IncomingMessage;
    const outcome = admission
      .serve(kind, request, context, async () => {
        begun = true;
        return ended;
      })
      .then(
        () => "served",
        (error: { code: string }) => error.code,
      );
    return { context, end: (status = 200) => resolve(status), outcome, begun: () => begun };
  };
  return { admission, ask };
}

describe("a request is of the kind", () => {
  for (const [method, path, kind] of [
    ["GET", "/health/ready", undefined],
    ["GET", "/jwks", undefined],
    ["GET", "/.well-known/openid-configuration", undefined],
    ["GET", "/assets/narrow.css", undefined],
    ["POST", "/token", "tokens"],
    ["POST", "/token/introspection", "tokens"],
    ["GET", "/me", "tokens"],
    ["GET", "/v1/login-challenges/x", "tokens"],
    ["POST", "/v1/tenants/acme/search", "searches"],
    ["POST", "/interaction/abc/login", "logins"],
    ["GET", "/interaction/abc/login", "pages"],
    ["POST", "/account/password", "logins"],
    ["GET", "/auth", "pages"],
    ["GET", "/healthy", "pages"],
    ["GET", "/portal", "pages"],
  ] as const)
    it(`${kind}: ${method} ${path}`, () => assert.equal(kindOf(method, path), kind));
});

describe("admission", () => {
  it("keeps no kind waiting for another", async () => {
    const { ask } = open();
    const kinds = ["logins", "pages", "searches", "tokens"] as const;
    const first = kinds.map((kind) => ask(kind));
    const second = kinds.map((kind) => ask(kind));
    await settle();
    assert.deepEqual(
      first.map(({ begun }) => begun()),
      [true, true, true, true],
    );
    assert.deepEqual(
      second.map(({ begun }) => begun()),
      [false, false, false, false],
    );
    for (const { end } of [...first, ...second]) end();
    assert.deepEqual(await Promise.all(second.map(({ outcome }) => outcome)), Array(4).fill("served"));
  });

  describe("while back ends ask for tokens", () => {
    const bounds = { ...limits, logins: few(12), pages: few(12) };
    const openNow = () => {
      let nowMs = 0;
      const due: { atMs: number; run: () => void }[] = [];
      const time = {
        nowMs: () => nowMs,
        after(ms: number, run: () => void) {
          due.push({ atMs: nowMs + ms, run });
          return () => {};
        },
      };
      const pass = async (ms: number) => {
        nowMs += ms;
        for (const { run } of due.splice(0, due.length)) run();
        await settle();
      };
      const opened = openAdmission(bounds, false, undefined, time);
      const mint = async (status = 200, form = "grant_type=exchange", path = "/token") => {
        const one = opened.ask("tokens", "POST", path);
        await one.context.bodyIsHere?.(Buffer.from(form));
        one.end(status);
        await one.outcome;
      };
      const come = async () => {
        const people = Array.from({ length: 12 }, () => opened.ask("pages"));
        await settle();
        return people;
      };
      return { ...opened, mint, come, pass };
    };
    const begun = (people: readonly { begun(): boolean }[]) => people.filter((one) => one.begun()).length;

    it("lets two people of a kind in at a time, one after the other, and all again soon after", async () => {
      const { mint, come, pass } = openNow();
      await mint();
      const people = await come();
      assert.equal(begun(people), besidePrograms.places);
      people[0]?.end();
      await settle();
      assert.equal(begun(people), besidePrograms.places + 1, "nobody is kept for good");
      await pass(besidePrograms.forMs - 1);
      await mint();
      await pass(besidePrograms.forMs - 1);
      assert.equal(begun(people), besidePrograms.places + 1, "as long as they ask");
      await pass(1);
      assert.equal(begun(people), 12);
      for (const { end } of people) end();
      await settle();
      assert.equal(begun(await come()), 12);
    });

    it("lets tokens in beside everybody who is there", async () => {
      const { ask, come } = openNow();
      assert.equal(begun(await come()), 12);
      const token = ask("tokens");
      await settle();
      assert.ok(token.begun());
    });

    it("keeps nobody waiting for what was refused, for people's own codes, or for what is no token", async () => {
      const { mint, come } = openNow();
      await mint(401);
      await mint(200, "code=x&grant_type=authorization_code&client_id=y");
      await mint(200, "token=x", "/token/introspection");
      assert.equal(begun(await come()), 12);
    });
  });

  it("gives a place to a body that is here, and none to one on its way", async () => {
    const { ask, admission } = open();
    const slow = Array.from({ length: 20 }, () => ask("tokens", "POST"));
    await settle();
    assert.equal(admission.queues.tokens.state.running, 0);
    const page = ask("tokens");
    await settle();
    assert.ok(page.begun());
    const arrived = slow[0]?.context.bodyIsHere?.(Buffer.from("a=1"));
    await settle();
    assert.equal(admission.queues.tokens.state.waiting, 1);
    page.end();
    await page.outcome;
    await arrived;
    assert.equal(admission.queues.tokens.state.running, 1);
    for (const { end } of slow) end();
    await Promise.all(slow.map(({ outcome }) => outcome));
    assert.equal(admission.queues.tokens.state.running, 0);
  });

  it("asks people to come back when the process is late to everything, and programs not; one goes in all the same", async () => {
    const { ask } = open(true);
    const first = ask("pages");
    await settle();
    assert.ok(first.begun());
    assert.equal(await ask("pages").outcome, "overloaded");
    const token = ask("tokens");
    await settle();
    assert.ok(token.begun());
    token.end();
    first.end();
  });

  it("gives the place of who steps aside to others, and takes them back whoever is there", async () => {
    const { ask, admission } = open();
    const first = ask("logins");
    await settle();
    const back = first.context.stepAside?.();
    const second = ask("logins");
    const third = ask("logins");
    await settle();
    assert.deepEqual([second.begun(), third.begun()], [true, false]);
    back?.();
    assert.equal(admission.queues.logins.state.running, 2);
    first.end();
    await first.outcome;
    await settle();
    // Two ran at once for a moment: the next begins when the second has ended.
    assert.equal(third.begun(), false);
    second.end();
    await second.outcome;
    await settle();
    assert.ok(third.begun());
    third.end();
    await third.outcome;
    assert.equal(admission.queues.logins.state.running, 0);
  });

  it("lets nothing slow of one customer, or of one network, take every place", async () => {
    const two = { ...few(4), mostOfShare: 2 };
    const admission = openAdmission({ ...limits, searches: two, tokens: two });
    for (const [kind, slow, other] of [
      ["searches", ["/v1/tenants/slow/search"], ["/v1/tenants/other/search"]],
      ["tokens", ["/token", "198.51.100.1"], ["/token", "198.51.100.2"]],
    ] as const) {
      const first = Array.from({ length: 4 }, () => admission.ask(kind, "GET", ...slow));
      const second = admission.ask(kind, "GET", ...other);
      await settle();
      assert.deepEqual(
        first.map(({ begun }) => begun()),
        [true, true, false, false],
        kind,
      );
      assert.ok(second.begun(), kind);
      first[0]?.end();
      await first[0]?.outcome;
      await settle();
      assert.ok(first[2]?.begun(), kind);
      for (const { end } of [...first, second]) end();
      await Promise.all(first.map(({ outcome }) => outcome));
    }
  });

  it("counts a client's requests for tokens where a rate is set, and nobody else's", async () => {
    const { ask } = open(false, new ClientRate(2, () => 0));
    const come = async (kind: "tokens" | "pages") => {
      const one = ask(kind);
      one.end();
      return one.outcome;
    };
    assert.deepEqual(
      [await come("tokens"), await come("tokens"), await come("tokens"), await come("pages")],
      ["served", "served", "too_many_requests", "served"],
    );
    // Who sends a bearer names no client, and is no part of it.
    for (const path of ["/me", "/v1/tenants/acme"]) {
      const one = ask("tokens", "GET", path);
      one.end();
      assert.equal(await one.outcome, "served", path);
    }
  });
});

describe("a share of tokens", () => {
  const basic = (name: string) => ({
    authorization: `Basic ${Buffer.from(`${name}:secret`).toString("base64")}`,
  });
  const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
  const of = (headers: { authorization?: string }, form: Record<string, string> = {}) =>
    tokenShareOf({ address: "2001:db8:1:2::9", headers, body: Buffer.from(`${new URLSearchParams(form)}`) });

  it("is of the network, the client and the tenant that are named", () => {
    const network = "2001:db8:1:2";
    const subject = jwt({ iss: "crm", tenant: "acme" });
    assert.deepEqual(of(basic("crm"), { subject_token: subject }), [network, "crm", "acme"]);
    assert.deepEqual(of(basic("c%72m"))[1], "crm");
    assert.deepEqual(of(basic("c%"))[1], "c%");
    assert.deepEqual(of({}, { client_id: "crm" }), [network, "crm", ""]);
    assert.deepEqual(of({}, { client_assertion: jwt({ sub: "crm" }) }), [network, "crm", ""]);
    assert.deepEqual(of({}, { assertion: subject }), [network, "crm", "acme"]);
    assert.deepEqual(of({}), [network, "", ""]);
  });

  it("is of a site first: whoever has one has 65,536 networks of IPv6", () => {
    for (const address of ["2001:db8:1::1", "2001:db8:1:2::9", "2001:db8:1:ffff::"])
      assert.equal(siteOf(address), "2001:db8:1");
    assert.notEqual(siteOf("2001:db8:2::1"), siteOf("2001:db8:1::1"));
    assert.equal(siteOf("203.0.113.7"), "203.0.113.7");
  });

  it("is found of whatever is sent", () => {
    for (const token of ["", "x", "a.b.c", "a.bnVsbA.c", jwt({ tenant: { x: 1 }, iss: 7 }), jwt(["tenant"])])
      assert.deepEqual(of({ authorization: "Basic !" }, { subject_token: token }).slice(1), ["", ""]);
    assert.equal(of({}, { client_id: "x".repeat(60_000) })[1]?.length, 200);
  });
});

describe("the door of a queue", () => {
  const admission = new Admission({ loop: { isLate: () => false } as never });
  const enterAll = (kind: "tokens" | "searches", addressOf: (index: number) => string) => {
    let entered = 0;
    for (let index = 0; index < 1_000; index += 1)
      if (typeof admission.atDoor(kind, addressOf(index)) === "function") entered += 1;
    return entered;
  };

  it("counts a site's networks together, and leaves another site its room", () => {
    assert.equal(
      enterAll("tokens", (index) => `2001:db8:7:${index.toString(16)}::1`),
      admissionLimits.tokens.mostOfShare + admissionLimits.tokens.mostWaiting / 4,
    );
    assert.equal(typeof admission.atDoor("tokens", "203.0.113.7"), "function");
  });

  it("lets a back end search for all of its customers: the bound of one is no bound of its network", () => {
    const { places, mostWaiting } = admissionLimits.searches;
    assert.equal(
      enterAll("searches", () => "203.0.113.9"),
      places + mostWaiting / 4,
    );
  });

  it("takes nobody for a searcher who posts nothing", () => {
    assert.equal(kindOf("GET", "/v1/tenants/acme/search"), "tokens");
    assert.equal(kindOf("POST", "/v1/tenants/acme/search"), "searches");
  });
});

describe("a turn of people", () => {
  it("is of sign-ins that have begun three times of four", () => {
    assert.equal(turnOf("/auth?client_id=x"), "new");
    assert.equal(turnOf("/account"), "new");
    const begun = new Set(["a", "b", "c", "d"].map((id) => turnOf(`/interaction/${id}/login`)));
    assert.deepEqual([...begun].sort(), ["begun 0", "begun 1", "begun 2"]);
    assert.equal(turnOf("/auth/a"), turnOf("/interaction/a?x=1"));
  });
});

describe("a client's rate", () => {
  it("lets so many come a second, evenly after a burst, and tells when again", () => {
    let nowMs = 5000;
    const rate = new ClientRate(4, () => nowMs);
    const sent = ([network, client]: readonly [string, string], count: number) => {
      let through = 0;
      for (let index = 0; index < count; index += 1) {
        try {
          rate.count(network, client);
          through += 1;
        } catch (error) {
          assert.equal((error as { code: string }).code, "too_many_requests");
          assert.equal((error as { retryAfterSeconds: number }).retryAfterSeconds, 1);
        }
      }
      return through;
    };
    assert.equal(sent(["net", "loop"], 10), 4);
    assert.equal(sent(["other", "loop"], 1), 1);
    nowMs += 500;
    assert.equal(sent(["net", "loop"], 10), 2);
    nowMs += 10_000;
    assert.equal(sent(["net", "loop"], 10), 4);
  });

  it("counts names that are made up as one, and forgets the network that asked longest ago", () => {
    let nowMs = 0;
    const rate = new ClientRate(1, () => nowMs);
    const isRefused = (network: string, client: string) => {
      try {
        rate.count(network, client);
        return false;
      } catch {
        return true;
      }
    };
    rate.count("net", "honest");
    let through = 0;
    for (let index = 0; index < 3_000; index += 1) if (!isRefused("net", `${index}`)) through += 1;
    // Those that are counted apart, and one for all others.
    assert.equal(through, mostOfNetwork);
    assert.ok(isRefused("net", "honest"), "nobody's count is lost by it");
    assert.ok(!isRefused("other", "0"));
    nowMs += 1_000;
    assert.ok(!isRefused("net", "another"), "who is paid off makes place");
    for (let index = 0; index < 5_000; index += 1) rate.count(`net ${index}`, "a");
    assert.ok(!isRefused("net", "another"), "its network is forgotten");
  });
});

describe("the event loop", () => {
  it("is late when four looks in a row are", () => {
    const looks = new LastLooks();
    for (const lateMs of [900, 900, 900]) looks.note(lateMs);
    assert.equal(looks.isLate(500), false);
    looks.note(900);
    assert.equal(looks.isLate(500), true);
    looks.note(10);
    assert.equal(looks.isLate(500), false);
  });
});
