// Owns the proof, in a real browser without JavaScript, that a customer's administrator gets from the link they are sent to the
// first search result, and that the customer gets out again by offboarding: with the demo, the downloaded script, the local AWS.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as qbusiness from "@aws-sdk/client-qbusiness";
import * as ssoAdmin from "@aws-sdk/client-sso-admin";
import type { Browser, Page } from "playwright-core";
import { runInCloudShell } from "../../src/cli/dev/cloud_shell.ts";
import type { DevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { newcomer, newcomerPeople } from "../../src/cli/dev/newcomer.ts";
import { hasBash } from "../support/bash.ts";
import { launchBrowser } from "../support/browser.ts";
import { startDev } from "../support/dev_world.ts";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";
import { arrivedAtHeading, openPage, submitLogin } from "./browser_world.ts";

const [ivy] = newcomerPeople;
const query = "plan for 2027";
const plain = { javaScriptEnabled: false };

let terminal: TestTerminal;
let dev: DevEnvironment;
let browser: Browser;
/** Ivy as a person who searches, and as the administrator who sets everything up: two browsers. */
let person: Page;
let administrator: Page;
let breaches: string[];
/** Where the onboarding goes on, and the link it began with. */
let setup: string;
let link: string;
/** The customer's own AWS account, by what the demo's page says of it. */
let account: { url: string; credentials: { accessKeyId: string; secretAccessKey: string }; region: string };

before(async () => {
  terminal = openTypedTerminal({ TTI_MODE: "development" });
  dev = await startDev(terminal.dataDir);
  browser = await launchBrowser();
  const [one, other] = [await openPage(browser, plain), await openPage(browser, plain)];
  [person, administrator] = [one.page, other.page];
  breaches = [];
  for (const { page } of [one, other]) page.on("pageerror", (error) => breaches.push(error.message));
});
after(async () => {
  await browser.close();
  await dev.close();
  terminal.close();
});

async function search(): Promise<void> {
  await person.getByRole("searchbox").fill(query);
  await person.getByRole("button", { name: "Search", exact: true }).click();
  await person.locator("#results").waitFor();
}

const badgeOf = (page: Page, step: string) => page.locator(`#${step} .section-head .badge`).innerText();

describe("a customer from the link to the good-bye", { skip: hasBash() ? false : "no bash here" }, () => {
  it("begins with people who sign in, and an application that may search nothing of theirs", async () => {
    await person.goto(dev.demoUrl);
    await person.getByRole("link", { name: "Onboard Initech" }).click();
    await arrivedAtHeading(person, "Onboard Initech");
    await person.getByRole("link", { name: `Sign in as ${ivy.name}` }).click();
    await submitLogin(person, ivy.email, dev.state.demoPassword);
    await arrivedAtHeading(person, /^Search Initech as Ivy Nolan/);
    await search();
    assert.match(
      await person.locator("#results .fault").innerText(),
      /connection_invalid[\s\S]*"initech" lets this application search nothing/,
    );
  });

  it("opens the link, downloads the script, runs it, pastes its last line and sees green", async () => {
    const page = administrator;
    await page.goto(dev.onboardingUrl);
    await page.getByRole("button", { name: "Make the link" }).click();
    const way = page.getByRole("link", { name: "Open the link" });
    link = (await way.getAttribute("href")) ?? "";
    account = accountIn(await page.locator("#script").innerText());
    await way.click();
    await arrivedAtHeading(page, "Connect your Amazon Q index");
    await page.getByRole("button", { name: "Begin here" }).click();
    await page.getByText("0 of 4 done").waitFor();
    setup = page.url();
    assert.equal(new URL(setup).search, "");

    await page.getByRole("link", { name: "Single files" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "setup.sh", exact: true }).click(),
    ]);
    const ran = await runInCloudShell(readFileSync(await download.path(), "utf8"), account);
    assert.equal(ran.exitCode, 0, ran.output);

    await page.goto(setup);
    await page.getByRole("link", { name: "Enter the details" }).click();
    await page.getByLabel("Pasted text").fill(ran.output.trimEnd().split("\n").at(-1) ?? "");
    await page.getByRole("button", { name: "Hand over" }).first().click();
    await arrivedAtHeading(page, "Test it");
    await page.getByLabel("E-mail address of a person").fill(ivy.email);
    await page.getByRole("button", { name: "Test it" }).click();
    // Where the machine is busy, the answer comes before the test has ended, and says where to look again.
    const green = page.getByText("4 of 4 done");
    const again = page.getByRole("link", { name: "Look again" });
    await green.or(again).first().waitFor();
    while ((await again.count()) > 0) {
      await page.waitForTimeout(500);
      await again.click();
      await green.or(again).first().waitFor();
    }
    await green.waitFor();
    assert.equal(await page.locator(".tests li .g").count(), 5);
    assert.deepEqual(breaches, []);
  });

  it("finds, as a person of the customer, what this person may see", async () => {
    await search();
    const titles = await person.locator(".document h3").allInnerTexts();
    assert.deepEqual(titles.toSorted(), ["IT plan for 2027", "Initech plan for 2027"]);
    await person.goto(dev.onboardingUrl);
    for (const step of ["link", "script", "details"]) assert.equal(await badgeOf(person, step), "done", step);
  });

  it("leaves: no search, no sign-in, no link from that moment, and nothing left at AWS", async () => {
    const papers = join(terminal.dataDir, "papers");
    const ended = await terminal.tti(`offboard ${newcomer.id} --out ${papers} --yes`);
    assert.equal(ended.exitCode, 0, ended.stderr);

    await person.goto(dev.demoUrl);
    await search();
    assert.match(await person.locator("#results .fault").innerText(), /or has left/);
    await person.goto(`${dev.demoUrl}/login?as=${ivy.email}`);
    await submitLogin(person, ivy.email, dev.state.demoPassword);
    await arrivedAtHeading(person, "Your account has no access here");

    for (const address of [setup, `${setup}/details`, link]) {
      const answer = await administrator.goto(address);
      assert.equal(answer?.status(), 403, address);
    }

    assert.deepEqual(await standsAtAws(), { accessors: 1, issuers: 1, applications: 1, statements: 1 });
    const cleaned = await runInCloudShell(readFileSync(join(papers, "clean-up.sh"), "utf8"), account);
    assert.match(cleaned.output, /Taken away: 3\./);
    assert.deepEqual(await standsAtAws(), { accessors: 0, issuers: 0, applications: 0, statements: 0 });
    await administrator.goto(dev.onboardingUrl);
    assert.equal(await badgeOf(administrator, "leave"), "done");
  });
});

function accountIn(text: string): typeof account {
  const value = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(text)?.[1] ?? assert.fail(name);
  return {
    url: value("AWS_ENDPOINT_URL"),
    credentials: {
      accessKeyId: value("AWS_ACCESS_KEY_ID"),
      secretAccessKey: value("AWS_SECRET_ACCESS_KEY"),
    },
    region: value("AWS_REGION"),
  };
}

/** Counts everything in the customer's account that lets somebody in. */
async function standsAtAws() {
  const { url: endpoint, credentials, region } = account;
  const q = new qbusiness.QBusinessClient({ endpoint, credentials, region });
  const idc = new ssoAdmin.SSOAdminClient({ endpoint, credentials, region });
  try {
    const { Instances = [] } = await idc.send(new ssoAdmin.ListInstancesCommand({}));
    const InstanceArn = Instances[0]?.InstanceArn;
    const issuers = await idc.send(new ssoAdmin.ListTrustedTokenIssuersCommand({ InstanceArn }));
    const applications = await idc.send(new ssoAdmin.ListApplicationsCommand({ InstanceArn }));
    const searched = (await q.send(new qbusiness.ListApplicationsCommand({}))).applications ?? [];
    const at = { applicationId: searched[0]?.applicationId };
    const { policy } = await q.send(new qbusiness.GetPolicyCommand(at));
    return {
      accessors: (await q.send(new qbusiness.ListDataAccessorsCommand(at))).dataAccessors?.length,
      issuers: issuers.TrustedTokenIssuers?.length,
      applications: applications.Applications?.length,
      statements: policy === undefined ? 0 : [JSON.parse(policy).Statement].flat().length,
    };
  } finally {
    q.destroy();
    idc.destroy();
  }
}
