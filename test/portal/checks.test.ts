// The portal's checks: an organization's administrator sees what keeps its people from being found, tries a search as one of
// them, and has an error explained; nothing of another organization, and nothing of the service's own but that it is that.
import assert from "node:assert/strict";
import { test } from "node:test";
import { failureCatalogue, setUpFailures } from "tti-exchange";
import { createAccessor } from "../../src/admin/operations/accessors.ts";
import { examineInstallation } from "../../src/admin/operations/checks.ts";
import { updateTenant } from "../../src/admin/operations/tenants.ts";
import { tryAccessor } from "../../src/admin/operations/trials.ts";
import { isTheirs } from "../../src/portal/check_words.ts";
import { createDomain } from "../../src/provider/tenants/domain_store.ts";
import { addMintingClients } from "../provider/grants/mint_support.ts";
import { useProvider } from "../provider/support/provider_fixture.ts";
import type { UserAgent, Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { addPortalPeople, type People, signInToPortal } from "./portal_support.ts";

const secretRole = "arn:aws:iam::999988887777:role/of-the-isv";
let people: People;
let ann: UserAgent;
const fixture = useProvider(
  {
    awsAccess: () => ({
      roleArn: secretRole,
      baseCredentials: async () => ({ accessKeyId: "AKIAISVKEY", secretAccessKey: "isv-secret" }),
      awsClientOptions: { sts: { endpoint: "http://127.0.0.1:9", maxAttempts: 1 } },
    }),
  },
  async () => {
    people = await addPortalPeople(fixture);
    ({ agent: ann } = await signInToPortal(fixture.issuer, "ann@acme.example"));
    await createDomain(
      fixture.db,
      { tenantId: "acme", domain: "waits.example", challenge: "two" },
      new Date(),
    );
    await createDomain(
      fixture.db,
      { tenantId: "globex", domain: "secret-of-globex.example", challenge: "three" },
      new Date(),
    );
  },
);

const at = (path: string) => `${fixture.issuer}/portal/acme${path}`;
const post = (path: string, fields: Record<string, string>): Promise<Visit> =>
  ann.visit(at(path), {
    method: "POST",
    headers: { origin: fixture.issuer },
    body: new URLSearchParams(fields),
  });
const foreign = /globex|AKIAISVKEY|isv-secret|999988887777|of-the-isv|127\.0\.0\.1:9|TTI_[A-Z]|\btti [a-z]/;

test("what the store says of the organization is told, and of no other", async () => {
  const page = await ann.follow(at("/checks"));
  assert.equal(page.status, 200, page.text);
  assert.match(page.text, /No data accessor is entered/);
  assert.match(page.text, /Applications may act for a person only while that person is signed in/);
  assert.match(page.text, /value="ann@acme\.example"/, "oneself, to begin with");
  assert.doesNotMatch(page.text, foreign);
});

test("a trial tells each step, and of what is the service's own no more than that it is", async () => {
  const tried = async (user: string) => {
    const visit = await post("/checks", { user });
    assert.doesNotMatch(visit.text.replaceAll(user, ""), foreign);
    return visit;
  };
  const none = await tried("ann@acme.example");
  assert.match(none.text, /It does not work yet/);
  assert.match(none.text, /There is no data accessor of this name/);

  await createAccessor(cliContext(fixture.db), {
    tenantId: "acme",
    applicationId: "11111111-2222-4333-8444-555555555555",
    retrieverId: "11111111-2222-4333-8444-666666666666",
    idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
    idcRegion: "us-east-1",
    qRegion: "us-east-1",
  });
  const unserved = await tried("ann@acme.example");
  assert.match(unserved.text, /This part is the service&#39;s own, not yours/);

  await addMintingClients(fixture.db, ["acme"]);
  // Ann is signed in here, Bob is not.
  const away = await tried("bob@acme.example");
  assert.match(away.text, /Your presence policy does not let an application act for this person now/);
  const unanswered = await tried("ann@acme.example");
  assert.match(unanswered.text, /AWS lets the service in for your organization/);
  assert.match(unanswered.text, /This part is the service&#39;s own, not yours/);
  const [event] = await fixture.db("audit_events").where({ type: "accessor.tried" }).orderBy("at_ms", "desc");
  assert.equal(event.tenant_id, "acme");
});

test("nobody is tried who is no member, whoever they are elsewhere, and no form names another organization", async () => {
  const answers: string[] = [];
  for (const user of ["gus@globex.example", people.gus, "nobody@nowhere.example"]) {
    const visit = await post("/checks", { user });
    assert.equal(visit.status, 400, visit.text);
    assert.match(visit.text, /Nobody of your organization has this address\./);
    answers.push(visit.text.replaceAll(user, "USER").replace(/nonce-[^"']+/g, ""));
  }
  assert.equal(new Set(answers).size, 1, "who is known elsewhere is answered as who is not");
  const other = await post("/checks", { user: "ann@acme.example", tenantId: "globex", tenant: "globex" });
  assert.doesNotMatch(other.text, foreign);
  const tried = await fixture.db("audit_events").where({ type: "accessor.tried", tenant_id: "globex" });
  assert.deepEqual(tried, []);
});

test("an error is explained, its secrets dropped and not repeated, and commands of the service are not told", async () => {
  const secret = `eyJhbGciOiJSUzI1NiJ9.${"a1B2".repeat(20)}.c2lnbmF0dXJl`;
  const told = await post("/checks/error", {
    text: `An error occurred (AccessDeniedException) when calling the SearchRelevantContent operation: User is not authorized for this service call. ${secret} <b>`,
  });
  assert.equal(told.status, 200, told.text);
  assert.match(told.text, /1\. Amazon Q Business denies the search/);
  assert.match(told.text, /The text held a token \(JWT\)/);
  assert.doesNotMatch(told.text, /a1B2a1B2|<b>/);
  const ours = await post("/checks/error", { text: "error: tenant_not_found" });
  assert.doesNotMatch(ours.text, foreign);
  assert.match((await post("/checks/error", { text: "nonsense" })).text, /Not recognised/);
  assert.match((await post("/checks/error", { text: " " })).text, /id="text-error"/);
  const long = await post("/checks/error", { text: "x".repeat(61_000) });
  assert.equal(long.status, 400);
});

test("the id of a request is looked for in the organization's own trail", async () => {
  await updateTenant(cliContext(fixture.db), { id: "acme", presence: "never" });
  await post("/checks", { user: "bob@acme.example" });
  const [refused] = await fixture
    .db("audit_events")
    .where({ type: "token.refused", tenant_id: "acme" })
    .orderBy("at_ms", "desc");
  const own = await post("/checks/error", { text: refused.request_id });
  assert.match(own.text, /Your presence policy does not let an application act/);
  const id = "6f1c8a70-9d0e-4f5b-8a43-0123456789ab";
  await fixture
    .db("audit_events")
    .insert({ ...refused, id: `${refused.id}x`, tenant_id: "globex", request_id: id });
  const theirs = await post("/checks/error", { text: id });
  assert.match(theirs.text, /Not recognised/);
  assert.match(theirs.text, /No request of this id stands in your activity/);
});

test("every code of the decoder is told in the organization's words or as the service's own", async () => {
  const vendors =
    /\bISV|customer|\(not set\)|trust policy|token source|\bclients?\b|maxResults|base credentials|idcRegion|undefined/i;
  const told: string[] = [];
  for (const code of [...failureCatalogue, ...setUpFailures].map((row) => row.code)) {
    const page = await post("/checks/error", { text: `  code: ${code}` });
    const text = page.text.replace(/^[\s\S]*<main/, "<main");
    assert.doesNotMatch(text, vendors, code);
    assert.doesNotMatch(text, foreign, code);
    assert.doesNotMatch(text, /Not recognised/, code);
    const services = /This part is the service&#39;s own, not yours/.test(text);
    assert.equal(services, !isTheirs(code), code);
    if (!services) told.push(code);
  }
  for (const { code } of setUpFailures) assert.ok(told.includes(code), code);
  assert.ok(!told.includes("tag_session_denied"));
});

test("what is known of the organization's details stands beside what they may be the cause of", async () => {
  const denied =
    "An error occurred (AccessDeniedException) when calling the SearchRelevantContent operation: no";
  const { text } = await post("/checks/error", { text: denied });
  assert.match(text, /application 11111111-2222-4333-8444-555555555555/);
  assert.match(text, /setup\.sh of the pack again/);
});

test("a code of ours alone is told in words for people", async () => {
  const told = async (text: string) => (await post("/checks/error", { text })).text;
  assert.match(await told("presence_required"), /Your presence policy does not let an application act/);
  assert.match(await told("onboarding_link_over"), /1\. This link is over/);
  assert.match(await told("not_a_member"), /The person is no member of your organization/);
  assert.match(await told("tenant_not_found"), /This part is the service&#39;s own/);
});

test("who loses the right while a trial or a check runs is told nothing of it, and what was done is recorded", async () => {
  let allowed = true;
  const context = {
    ...cliContext(fixture.db),
    may: () => allowed,
    requireVerifiedDomain: false,
    trials: {
      async make() {
        allowed = false;
        return { findings: [] };
      },
    },
    async examination() {
      allowed = false;
      return [];
    },
  };
  const counted = async (type: string) => (await fixture.db("audit_events").where({ type })).length;
  const before = await counted("accessor.tried");
  await assert.rejects(tryAccessor(context, { tenantId: "acme", user: "bob@acme.example" }), {
    code: "forbidden",
  });
  assert.equal(await counted("accessor.tried"), before + 1);
  allowed = true;
  await assert.rejects(examineInstallation(context, {}), { code: "forbidden" });
  assert.equal(await counted("installation.examined"), 1);
});
