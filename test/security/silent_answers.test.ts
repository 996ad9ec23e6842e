// Class: what prompt=none tells. A client that the person has not consented to gets one answer, whatever it names; and
// nobody tells customers apart by asking a session for one it does not speak for.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { addHandoffClients, loginUrl } from "../provider/handoff/handoff_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  type Params,
  payloadOf,
  redeem,
} from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  signInAt,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

/** All that a relying party gets of a silent request. */
async function told(fixture: ProviderFixture, agent: UserAgent, params: Params): Promise<string> {
  const { url } = await agent.follow(authorizationUrl(fixture, { prompt: "none", ...params }));
  assert.equal(url.hostname, "rp.example");
  return `${url.searchParams.get("error")}: ${url.searchParams.get("error_description")}`;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("to a third party", () => {
  let fixture: ProviderFixture;
  let annId: string;
  before(async () => {
    fixture = await startProvider();
    annId = (await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] })).id;
    await addPerson(fixture.db, { email: "both@x.example", tenants: ["acme", "bolt"] });
    await addClient(fixture.db, { client_id: "app" });
    await addClient(fixture.db, { client_id: "third", first_party: false });
  });
  after(() => fixture.close());

  const hints = (clientId: string): Record<string, string> => {
    const claims = { iss: fixture.issuer, aud: clientId, exp: 9_999_999_999, iat: 1 };
    const forged = (sub: string) => `${encode({ alg: "none" })}.${encode({ ...claims, sub })}.`;
    return { "the person": forged(annId), "somebody else": forged("somebody-else"), garbage: "x" };
  };

  test("without consent there is one answer, whatever it names", async () => {
    for (const [email, tenants] of [
      ["ann@acme.example", {}],
      ["both@x.example", { tenant: "acme" }],
    ] as const) {
      const agent = new UserAgent();
      await signInAt(agent, authorizationUrl(fixture, tenants), email);
      const answers = new Set<string>();
      for (const params of [
        {},
        ...["acme", "bolt", "nosuch"].flatMap((id) => [{ tenant: id }, { tenant_hint: id }]),
        ...Object.values(hints("third")).map((hint) => ({ id_token_hint: hint })),
        { max_age: "0" },
        { login_hint: "ann@acme.example" },
      ] as Params[]) {
        answers.add(await told(fixture, agent, { client_id: "third", ...params }));
      }
      assert.deepEqual([...answers], ["consent_required: the person has not consented"], email);
    }
  });

  test("with consent for one customer it learns of no other, and its own goes on", async () => {
    const agent = new UserAgent();
    const page = await signInAt(
      agent,
      authorizationUrl(fixture, { client_id: "third", tenant: "acme" }),
      "both@x.example",
    );
    const answer = await agent.submit(page, { decision: "allow" }, "/consent");
    const tokens = await redeem(fixture, codeOf(answer), {}, basic("third"));
    assert.equal(payloadOf(tokens.body["id_token"])["tenant_id"], "acme");
    const silent = await agent.follow(
      authorizationUrl(fixture, { client_id: "third", prompt: "none", tenant: "acme" }),
    );
    assert.ok(codeOf(silent));
    const others = ["bolt", "nosuch"].map((tenant) => told(fixture, agent, { client_id: "third", tenant }));
    assert.deepEqual(
      [...new Set(await Promise.all(others))],
      ["consent_required: the person has not consented"],
    );
  });

  test("an unproven hint changes nothing for the ISV's own clients either", async () => {
    const agent = new UserAgent();
    await signInAt(agent, authorizationUrl(fixture), "ann@acme.example");
    for (const [name, hint] of Object.entries(hints("app"))) {
      const url = authorizationUrl(fixture, { prompt: "none", id_token_hint: hint });
      assert.ok((await agent.follow(url)).url.searchParams.has("code"), name);
    }
  });
});

test("a session of one customer is told the same of each other, its person's or not", async () => {
  const fixture = await startProvider({ environment: { TTI_LOGIN_URL: loginUrl } });
  try {
    await addHandoffClients(fixture);
    await addPerson(fixture.db, { email: "lou@x.example", tenants: ["initech", "acme"] });
    await addPerson(fixture.db, { email: "dan@bolt.example", tenants: ["bolt"] });
    await saveTenant(fixture.db, "acme", { loginMethod: "handoff" }, new Date());
    const agent = new UserAgent();
    // A password opens what is not handed off: initech, and not acme.
    await signInAt(
      agent,
      authorizationUrl(fixture, { client_id: "app", tenant: "initech" }),
      "lou@x.example",
    );
    const answers = await Promise.all(
      ["acme", "bolt", "nosuch"].map((tenant) => told(fixture, agent, { client_id: "app", tenant })),
    );
    assert.deepEqual(
      [...new Set(answers)],
      ["login_required: the session does not speak for the requested tenant"],
    );
  } finally {
    await fixture.close();
  }
});
