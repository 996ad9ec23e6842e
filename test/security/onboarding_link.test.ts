// Class: the link to a customer's onboarding as a way in. It is used once, by one browser, on whichever instance; whatever ends
// it ends it for the browser that holds it, too; it opens one tenant's page, and no token, no person and no other tenant.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccessor, getAccessor, listAccessors } from "../../src/accessors/accessor_store.ts";
import { offboardTenant } from "../../src/admin/operations/offboarding.ts";
import type { OnboardingContext } from "../../src/admin/operations/onboarding.ts";
import { makeLink, revokeLink } from "../../src/admin/operations/onboarding_links.ts";
import { disableTenant, enableTenant } from "../../src/admin/operations/tenant_access.ts";
import { deleteTenant } from "../../src/admin/operations/tenant_deletion.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

const details = {
  applicationId: "11111111-2222-4333-8444-555555555555",
  qRegion: "us-east-1",
  retrieverId: "11111111-2222-4333-8444-666666666666",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
  idcRegion: "us-east-1",
};
const lineOf = (tenant: string) =>
  `tti-details tenant=${tenant} application=${details.applicationId} q-region=us-east-1 retriever=${details.retrieverId} idc-application=${details.idcApplicationArn} idc-region=us-east-1`;
const environment = { TTI_ROLE_ARN: "arn:aws:iam::111122223333:role/isv" };
const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

for (const kind of storeKinds) {
  describe(`the onboarding link in ${kind}`, () => {
    let nowMs = Date.now();
    let another: RunningServer;
    let context: OnboardingContext;
    const clock = () => new Date(nowMs);
    const fixture = useProvider({ kind, clock, environment, writesMeanwhile: true }, async () => {
      for (const id of ["acme", "globex"]) {
        await addPerson(fixture.db, { email: `ann@${id}.example`, tenants: [id] });
      }
      another = await fixture.startAnother(environment, { clock });
      context = {
        ...cliContext(fixture.db),
        clock,
        ownRegistration: () => ({
          ...{ ownIssuer: fixture.issuer, clientId: "isv-client" },
          roleArn: "arn:aws:iam::111122223333:role/isv",
        }),
      };
    });

    const linkTo = async (tenantId: string) => (await makeLink(context, { tenantId })).url;
    async function holder(tenantId = "acme"): Promise<{ agent: UserAgent; at: string; url: string }> {
      const url = await linkTo(tenantId);
      const agent = new UserAgent();
      const page = await agent.submit(await agent.follow(url), {});
      assert.equal(page.status, 200, page.text);
      return { agent, at: page.url.href, url };
    }
    const isOver = (page: Visit) => {
      assert.equal(page.status, 403, page.text);
      assert.match(page.text, /onboarding_link_over/);
    };

    const typed = (fields: Record<string, string>): RequestInit => ({
      method: "POST",
      body: new URLSearchParams({ how: "typed", ...fields }),
    });

    test("looking at the link does not use it, nor does a form without its browser's cookie", async () => {
      const url = await linkTo("acme");
      const looked = await new UserAgent().follow(url);
      assert.match(looked.text, /Begin in this browser/);
      assert.equal(looked.headers.get("referrer-policy"), "no-referrer");
      const [form] = formsOf(looked);
      const scanner = await new UserAgent().visit(new URL(form?.action ?? "", looked.url), {
        method: "POST",
        body: new URLSearchParams([...(form?.fields ?? [])]),
      });
      assert.match(scanner.text, /onboarding_no_cookie/);
      const agent = new UserAgent();
      const begun = await agent.submit(await agent.follow(url), {});
      assert.equal(begun.status, 200);
      assert.ok(!begun.url.search, "no secret stands in the address");
      assert.ok(!begun.text.includes(new URL(url).searchParams.get("key") ?? "?"), "nor on the page");
    });

    test("a link that was not copied whole is told as that, and offers no account", async () => {
      const url = await linkTo("acme");
      for (const cut of [url.split("?")[0] ?? "", url.slice(0, -3), `${url}.`]) {
        const page = await new UserAgent().follow(cut);
        isOver(page);
        assert.match(page.text, /was not copied whole/);
        assert.match(page.text, /Open it once more from the message it came in/);
        assert.doesNotMatch(page.text, /Your account|href="\/account"/);
      }
      const used = new UserAgent();
      await used.submit(await used.follow(url), {});
      const late = await new UserAgent().follow(url);
      assert.match(late.text, /onboarding_link_used/);
      assert.doesNotMatch(late.text, /href="\/account"/);
    });

    test("of two browsers on two instances one gets it; the other is told, and holds nothing", async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        const url = await linkTo("acme");
        const here = new UserAgent({}, fixture.server);
        const there = new UserAgent({}, another);
        const questions = await Promise.all([here.follow(url), there.follow(url)]);
        const pages = await Promise.all([
          here.submit(questions[0] as Visit, {}),
          there.submit(questions[1] as Visit, {}),
        ]);
        assert.deepEqual(pages.map(({ status }) => status).sort(), [200, 403]);
        const late = pages.find(({ status }) => status === 403);
        assert.match(late?.text ?? "", /This link was used in another browser/);
        const page = `${url.slice(0, url.indexOf("?"))}`;
        const opened = await Promise.all([here.follow(page), there.follow(page)]);
        assert.deepEqual(opened.map(({ status }) => status).sort(), [200, 403]);
      }
    });

    test("a second click of the browser that used it goes on; later, and with another cookie, it does not", async () => {
      const url = await linkTo("acme");
      const agent = new UserAgent();
      const question = await agent.follow(url);
      // What the first answer said is lost: the browser still brings what it brought.
      const before = agent.at(fixture.server);
      const late = agent.at(fixture.server);
      await agent.submit(question, {});
      assert.equal((await before.submit(question, {})).status, 200);
      isOver(await agent.follow(url.slice(0, url.indexOf("?"))));
      nowMs += 121_000;
      assert.match((await late.submit(question, {})).text, /onboarding_link_used/);
    });

    test("what a browser brought before the link was used opens nothing", async () => {
      const url = await linkTo("acme");
      const page = url.slice(0, url.indexOf("?"));
      const [, id = ""] = /setup\/([\w-]+)/.exec(page) ?? [];
      const agent = new UserAgent();
      agent.plant(page, `tti_setup_${id}`, "planted-by-somebody");
      await agent.submit(await agent.follow(url), {});
      const attacker = new UserAgent();
      attacker.plant(page, `tti_setup_${id}`, "planted-by-somebody");
      isOver(await attacker.follow(page));
    });

    for (const [what, end] of Object.entries({
      "revoking it": () => revokeLink(context, { tenantId: "globex" }),
      "another link": () => linkTo("globex"),
      "disabling the tenant, and enabling it again": async () => {
        await disableTenant(context, { id: "globex" });
        await enableTenant(context, { id: "globex" });
      },
      "its end": async () => {
        nowMs += 7 * 86_400_000;
      },
      offboarding: () => {
        const ownRegistration = () => ({ ...context.ownRegistration(), ownIssuer: "https://login.example" });
        return offboardTenant({ ...context, ownRegistration }, { tenantId: "globex", keepEnabled: true });
      },
      "deleting the tenant": () => deleteTenant(context, { id: "globex" }),
    })) {
      test(`${what} ends it at once: for who holds it and who does not, on every instance`, async () => {
        const { agent, at } = await holder("globex");
        const form = await agent.follow(`${at}/details`);
        const test = await agent.follow(`${at}/pack`);
        assert.deepEqual([form.status, test.status], [200, 200]);
        const unused =
          what === "another link" ? undefined : await holder("globex").then(async (held) => held);
        await end();
        for (const instance of [fixture.server, another]) {
          const there = (unused?.agent ?? agent).at(instance);
          const address = unused?.at ?? at;
          isOver(await there.follow(address));
          isOver(await there.follow(`${address}/pack.zip`));
          isOver(await there.submit(form, { text: lineOf("globex") }));
        }
        assert.deepEqual(await listAccessors(fixture.db, { tenantId: "globex" }), []);
      });
    }

    test("a link of one tenant opens no other's page, and no page of the portal, the account or the console", async () => {
      const { agent, at } = await holder("acme");
      for (const path of ["/portal/acme/people", "/portal/acme/setup", "/account"]) {
        const page = await agent.follow(`${fixture.issuer}${path}`);
        assert.match(page.url.pathname, /\/interaction\/|\/login/, path);
      }
      const foreign = await agent.submit(await agent.follow(`${at}/details`), { text: lineOf("globex") });
      assert.equal(foreign.status, 400);
      assert.match(foreign.text, /details of another customer/);
      // Whatever else a form says, the tenant is the link's.
      const sent = await agent.visit(`${at}/details`, {
        method: "POST",
        body: new URLSearchParams({ how: "typed", tenantId: "globex", name: "other", ...details }),
      });
      assert.equal(sent.status, 303, sent.text);
      const [entered] = await listAccessors(fixture.db, {});
      assert.deepEqual([entered?.tenantId, entered?.name], ["acme", "default"]);
      await fixture.db("accessors").delete();
    });

    test("a form from another site is refused, whatever it brings", async () => {
      const { agent, at } = await holder("acme");
      for (const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { origin: "https://evil.example" },
      ] as Record<string, string>[]) {
        const sent = await agent.visit(`${at}/details`, {
          method: "POST",
          headers,
          body: new URLSearchParams({ how: "typed", ...details }),
        });
        assert.equal(sent.status, 403);
      }
      assert.deepEqual(await listAccessors(fixture.db, {}), []);
    });

    test("what is no detail is refused beside its field, and nothing is kept: line breaks, quotes, other hosts", async () => {
      const { agent, at } = await holder("acme");
      for (const [member, value] of [
        ["idcApplicationArn", `${details.idcApplicationArn}\nx`],
        ["idcApplicationArn", `"${details.idcApplicationArn}"`],
        ["idcApplicationArn", "arn:aws:sso:::instance/ssoins-1111111111111111"],
        ["qRegion", "us-east-1.evil.example/#"],
        ["idcRegion", "127.0.0.1"],
        ["idcRegion", "us-east-1@evil.example"],
        ["applicationId", "<script>alert(1)</script>"],
      ] as const) {
        const refused = await agent.follow(`${at}/details`, typed({ ...details, [member]: value }));
        assert.equal(refused.status, 400, value);
        assert.match(refused.text, new RegExp(`id="${member}-error"`), value);
        assert.doesNotMatch(refused.text, /<script>/);
      }
      assert.deepEqual(await listAccessors(fixture.db, {}), []);
    });

    test("a text without details is told as the text that was pasted", async () => {
      const { agent, at } = await holder("acme");
      const page = await agent.submit(await agent.follow(`${at}/details`), { text: "hello" });
      assert.equal(page.status, 400);
      assert.match(page.text, /Pasted text has none of the five details/);
    });

    test("a token that was pasted is dropped, told, and neither kept nor said back", async () => {
      const { agent, at } = await holder("acme");
      const form = await agent.follow(`${at}/details`);
      const refused = await agent.follow(`${at}/details`, typed({ ...details, retrieverId: jwt }));
      assert.equal(refused.status, 400);
      assert.match(refused.text, /id="retrieverId-error">[^<]*has a token \(JWT\) in it, which was dropped/);
      const pasted = await agent.submit(form, { text: `token: ${jwt}` });
      assert.equal(pasted.status, 400);
      const taken = await agent.submit(form, { text: `${jwt}\n${lineOf("acme")}` });
      assert.equal(taken.status, 200);
      assert.match(taken.text, /The text had a token \(JWT\)[^<]* dropped and kept nowhere/);
      for (const page of [refused, pasted, taken]) assert.ok(!page.text.includes(jwt.slice(0, 24)));
      assert.ok(!JSON.stringify(await fixture.db("audit_events")).includes(jwt.slice(0, 24)));
      assert.equal((await getAccessor(fixture.db, "acme", "default")).retrieverId, details.retrieverId);
      await fixture.db("accessors").delete();
    });

    test("a data accessor that was entered otherwise is not replaced by a link; its own is", async () => {
      const own = { ...details, tenantId: "acme", name: "default", method: "tti" as const };
      await createAccessor(fixture.db, own, new Date(nowMs - 1));
      const { agent, at } = await holder("acme");
      const form = await agent.follow(`${at}/details`);
      const refused = await agent.submit(form, {
        text: lineOf("acme").replace("555555555555", "999999999999"),
      });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /There is a data accessor/);
      await fixture.db("accessors").delete();
      await agent.submit(form, { text: lineOf("acme") });
      nowMs += 1000;
      await agent.submit(form, { text: lineOf("acme").replace("555555555555", "999999999999") });
      const { applicationId } = await getAccessor(fixture.db, "acme", "default");
      assert.match(applicationId, /999999999999$/);
    });

    test("tests are bounded, and tell a stranger from a member of another tenant by nothing", async () => {
      const { agent, at } = await holder("acme");
      const ask = await agent.follow(`${at}/test`);
      assert.equal(ask.status, 200, ask.text);
      const texts = [];
      for (const person of ["nobody@acme.example", "ann@globex.example"]) {
        const page = await agent.submit(ask, { person });
        assert.match(page.text, /Nobody of your organization has this address/);
        assert.ok(!page.text.includes(person));
        texts.push(page.text.replace(/Tested [^<]*/g, ""));
      }
      assert.equal(texts[0], texts[1]);
      for (let test = 0; test < 18; test += 1) await agent.submit(ask, { person: "nobody@acme.example" });
      const refused = await agent.submit(ask, { person: "nobody@acme.example" });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /there were many in this hour/);
      nowMs += 3_600_000;
      assert.equal((await agent.submit(ask, { person: "nobody@acme.example" })).status, 200);
    });
  });
}
