// The onboarding by its link, against the local AWS: a customer's administrator opens the link, downloads, pastes the five
// details, tests them, and sees each step; the ISV sees how far they are.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { deleteAccessor, getAccessor } from "../../src/accessors/accessor_store.ts";
import type { OnboardingContext } from "../../src/admin/operations/onboarding.ts";
import { makeLink, showOnboarding } from "../../src/admin/operations/onboarding_links.ts";
import { operationContext } from "../../src/cli/administration.ts";
import { type DevEnvironment, startDevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { readConfig } from "../../src/config.ts";
import { connectDatabase } from "../../src/db/connect.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";

const dataDir = mkdtempSync(join(tmpdir(), "tti-setup-"));
const ada = "ada@acme.example";

let environment: DevEnvironment;
let context: OnboardingContext;
let details: Awaited<ReturnType<typeof getAccessor>>;

before(async () => {
  const config = readConfig({
    TTI_MODE: "development",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
    TTI_LOG_LEVEL: "fatal",
  });
  environment = await startDevEnvironment({ config, sandboxPort: 0, demoPort: 0, onStep: () => undefined });
  const db = connectDatabase({ dataDir });
  context = {
    ...operationContext(db, config),
    ownRegistration: () => ({ ownIssuer: environment.issuer }),
  };
  details = await getAccessor(db, "acme", "default");
});
after(async () => {
  await context.db.destroy();
  await environment.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await deleteAccessor(context.db, "acme", "default");
  await context.db("onboardings").delete();
});

const line = (changed: Partial<typeof details> = {}) => {
  const told = { ...details, ...changed };
  return `tti-details tenant=${told.tenantId} application=${told.applicationId} q-region=${told.qRegion} retriever=${told.retrieverId} idc-application=${told.idcApplicationArn} idc-region=${told.idcRegion}`;
};

async function begin(agent = new UserAgent()): Promise<{ agent: UserAgent; page: Visit; url: string }> {
  const { url } = await makeLink(context, { tenantId: "acme" });
  const question = await agent.follow(url);
  return { agent, page: await agent.submit(question, {}), url };
}

// Whoever is signed in lets a back end act for them, by the tenant's rule.
const letActFor = (hours: number) =>
  context
    .db("tenants")
    .where("id", "acme")
    .update({ presence_policy: "within", presence_within_hours: hours });

describe("the onboarding link", () => {
  test("leads from the pack to a search that is answered, and both sides see how far it is", async () => {
    const { agent, page, url } = await begin();
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, /<h1>Connect your Amazon Q index<\/h1>/);
    assert.match(page.text, /for <strong>Acme Corporation<\/strong>/);
    assert.match(page.text, /0 of 4 done/);
    assert.ok(!page.url.href.includes("key="), "the address holds no secret any more");
    const at = page.url.pathname;

    const pack = await agent.follow(`${environment.issuer}${at}/pack`);
    assert.match(pack.text, /pack\/terraform\/setup\.sh/);
    const script = await agent.follow(`${environment.issuer}${at}/pack/terraform/setup.sh`);
    assert.equal(script.headers.get("content-disposition"), 'attachment; filename="terraform-setup.sh"');
    assert.match(script.text, /^#!/);
    const zip = await agent.follow(`${environment.issuer}${at}/pack.zip`);
    assert.equal(zip.headers.get("content-type"), "application/zip");
    assert.match(zip.text, /^PK/);

    const form = await agent.follow(`${environment.issuer}${at}/details`);
    const asked = await agent.submit(form, { text: `What it printed:\n${line()}\n` });
    assert.equal(asked.url.pathname, `${at}/test`, asked.text);
    assert.match(asked.text, /The details are entered/);
    assert.deepEqual(
      { ...(await getAccessor(context.db, "acme", "default")), createdAtMs: 0 },
      { ...details, createdAtMs: 0 },
    );

    await context.db("tenants").where("id", "acme").update({ presence_policy: "session" });
    const away = await agent.submit(asked, { person: ada });
    assert.equal(away.url.pathname, at, away.text);
    assert.match(away.text, /presence_required/);
    assert.match(away.text, /Have the person sign in to the application, then test again/);

    await letActFor(12);
    await context.db("memberships").where("tenant_id", "acme").update({ last_login_at_ms: Date.now() });
    const tested = await agent.submit(await agent.follow(`${environment.issuer}${at}/test`), { person: ada });
    assert.match(tested.text, /4 of 4 done/, tested.text);
    assert.equal(tested.text.match(/Passed: /g)?.length, 5);

    const told = await showOnboarding(context, { tenantId: "acme" });
    assert.deepEqual(
      told.steps.map(({ state }) => state),
      ["ok", "ok", "ok", "ok", "ok"],
    );
    for (const moment of ["openedAtMs", "downloadedAtMs", "enteredAtMs", "testedAtMs"] as const) {
      assert.ok(told[moment], moment);
    }
    assert.equal(told.link?.id, at.split("/").at(-1));
    const again = await agent.follow(url);
    assert.equal(again.url.pathname, at, "the same browser goes on by the link it used");
  });
});
