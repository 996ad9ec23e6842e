// The story that `tti dev` tells of a new customer, by its page alone: let in, entered, ended, cleaned up, begun again. What is
// done stays over a restart, whatever was done in a terminal counts, and no part is done for another site. The walk of its
// people through the same story: browser/onboarding_tale.test.ts.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { DevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { newcomer } from "../../src/cli/dev/newcomer.ts";
import { hasBash } from "../support/bash.ts";
import { startDev } from "../support/dev_world.ts";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

// Nobody calls on it here, and a restart is of the same.
const issuer = "https://login.example.com";
let terminal: TestTerminal;
let dev: DevEnvironment;

before(async () => {
  terminal = openTypedTerminal({ TTI_MODE: "development" });
  dev = await startDev(terminal.dataDir, issuer);
});
after(async () => {
  await dev.close();
  terminal.close();
});

async function restart(): Promise<void> {
  await dev.close();
  dev = await startDev(terminal.dataDir, issuer);
  assert.equal(dev.seedFault, undefined);
}

async function ran(words: string, stdin?: string) {
  const outcome = await terminal.tti(words, stdin);
  assert.equal(outcome.exitCode, 0, `${words}: ${outcome.stderr}`);
  return outcome;
}

async function page(): Promise<string> {
  const answer = await fetch(dev.onboardingUrl);
  assert.equal(answer.status, 200);
  return answer.text();
}

/** Each step's state as the page says it: done, to do, later. */
async function states(): Promise<Record<string, string>> {
  const html = await page();
  const steps = [
    ...html.matchAll(/<li class="chapter \w+" id="(\w+)">[\s\S]*?<span class="badge \w*">([^<]+)</g),
  ];
  return Object.fromEntries(steps.map(([, id = "", state = ""]) => [id, state]));
}

async function post(part: string, csrf?: string): Promise<Response> {
  const token =
    csrf ?? /name="csrf" value="([^"]+)"/.exec(await page())?.[1] ?? assert.fail("no form is left");
  const body = new URLSearchParams({ csrf: token });
  return fetch(`${dev.onboardingUrl}/${part}`, { method: "POST", body, redirect: "manual" });
}

async function done(part: string): Promise<string> {
  const answer = await post(part);
  assert.equal(answer.status, 303, part);
  return page();
}

const textOf = (html: string): string =>
  html.replaceAll("&#34;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&").replaceAll("&lt;", "<");
const lineIn = (html: string): string => /tti-details tenant=[^<\n]+/.exec(textOf(html))?.[0] ?? "";
const later = { link: "to do", script: "to do", details: "to do", search: "later", leave: "later" };
const ended = { link: "later", script: "later", details: "later", search: "later" };
const linked = { ...later, link: "done" };

describe("the story of a new customer", { skip: hasBash() ? false : "no bash here" }, () => {
  it("is offered on the first page, and begins with nothing done", async () => {
    const home = await (await fetch(dev.demoUrl)).text();
    assert.match(home, /href="\/onboarding">Onboard Initech</);
    assert.deepEqual(await states(), later);
    assert.match(await page(), /ivy@initech\.example/);
  });

  it("does nothing for a form of another site", async () => {
    for (const part of ["link", "script", "offboard", "clean-up", "again"]) {
      assert.equal((await post(part, "a-guess")).status, 403, part);
    }
    assert.deepEqual(await states(), later);
  });

  it("refuses to clean up for a customer who has not ended, and says what comes first", async () => {
    const html = await done("clean-up");
    assert.match(html, /role="alert"[\s\S]*Initech has not ended here\. End it first/);
    assert.doesNotMatch(await page(), /role="alert"/);
  });

  it("makes the link, and shows its address until the demo stops", async () => {
    const address = /href="https:\/\/login\.example\.com\/setup\/[\w-]+\?key=[\w-]+"/;
    assert.doesNotMatch(await page(), address);
    assert.match(await done("link"), address);
    assert.deepEqual(await states(), linked);
    // The one that a terminal makes ends it.
    await ran(`onboard link ${newcomer.id}`);
    assert.doesNotMatch(await page(), address);
    assert.match(await done("link"), address);
    await restart();
    assert.doesNotMatch(await page(), address);
    assert.deepEqual(await states(), linked);
  });

  it("lets the vendor in by the customer's own script, once and for all", async () => {
    const first = textOf(await done("script"));
    assert.match(first, /made {5}data accessor[\s\S]*Changed: 4\./);
    assert.match(lineIn(first), /^tti-details tenant=initech application=\S+ q-region=us-west-2 /);
    assert.deepEqual(await states(), { ...linked, script: "done" });
    assert.match(textOf(await done("script")), /Everything was there: nothing was changed\./);
  });

  it("takes what is entered in a terminal, which is not tested by that", async () => {
    const line = lineIn(await page());
    await ran(`onboard details ${newcomer.id}`, line);
    assert.deepEqual(await states(), { ...linked, script: "done", search: "to do", leave: "to do" });
  });

  it("stays over a restart, in which nothing is let in or out", async () => {
    const before = await states();
    await restart();
    assert.equal(await dev.seedAgain(), 0);
    assert.deepEqual(await states(), before);
  });

  it("tells that what was entered leads nowhere, where AWS knows nothing of it any more", async () => {
    const { port } = new URL(dev.sandboxUrl);
    const reset = () => fetch(`http://127.0.0.1:${port}/_sandbox/reset`, { method: "POST" });
    assert.equal((await reset()).ok, true);
    assert.deepEqual(await states(), linked);
    await done("script");
    const line = lineIn(await page());
    await ran(`accessor delete --tenant ${newcomer.id}`);
    await ran(`onboard details ${newcomer.id}`, line);
    assert.equal((await states())["search"], "to do");
  });

  it("ends here, then at AWS; nothing of it comes back with a restart", async () => {
    assert.match(await done("offboard"), /role="status"[\s\S]*Initech has ended here\./);
    assert.deepEqual(await states(), { ...ended, script: "done", leave: "to do" });
    await restart();
    const cleaned = textOf(await done("clean-up"));
    assert.match(cleaned, /removed {2}permission[\s\S]*removed {2}data accessor[\s\S]*Taken away: 3\./);
    assert.deepEqual(await states(), { ...ended, leave: "done" });
    await restart();
    assert.equal((await states())["leave"], "done");
  });

  it("begins again as at first", async () => {
    assert.match(await done("again"), /Initech is a customer again/);
    assert.deepEqual(await states(), later);
    const shown = (await ran(`tenant show ${newcomer.id} --json`)).json<{
      presencePolicy: unknown;
    }>();
    assert.deepEqual(shown.presencePolicy, { name: "session" });
  });

  it("is over for good when the customer is deleted, and the demo serves and seeds all the same", async () => {
    await ran(`tenant delete ${newcomer.id} --yes`);
    assert.match(await page(), /deleted for good/);
    await restart();
    assert.match(await page(), /delete its data directory/);
  });
});

describe("a restart of the demo", () => {
  it("brings back nothing of a customer who was ended", async () => {
    const ended = await terminal.tti(`offboard acme --out ${terminal.dataDir}/papers --yes`);
    assert.equal(ended.exitCode, 0, ended.stderr);
    await restart();
    const { accessors } = (await ran("accessor list --json")).json<{
      accessors: { tenantId: string }[];
    }>();
    assert.deepEqual(
      accessors.map(({ tenantId }) => tenantId),
      ["globex"],
    );
    assert.deepEqual(await dev.commandsBack(), [
      "tenant enable acme",
      "tenant update acme --login local --presence offline",
    ]);
  });
});
