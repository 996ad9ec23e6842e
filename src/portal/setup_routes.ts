// Owns what the addresses of an onboarding do, whoever reaches them: an administrator of the organization, or whoever holds its
// link. They call the operations of the table, and nothing else.
import { setTimeout as sleep } from "node:timers/promises";
import type { RouterContext } from "@koa/router";
import { makePack } from "../admin/operations/onboarding.ts";
import { enterDetails, noteDownload } from "../admin/operations/onboarding_details.ts";
import { showOnboarding } from "../admin/operations/onboarding_links.ts";
import { testDetails } from "../admin/operations/onboarding_test.ts";
import { OperationError } from "../errors.ts";
import { logFailure } from "../http_errors.ts";
import type { Log } from "../log.ts";
import type { PaperFile } from "../onboarding/papers/paper_file.ts";
import { zipOf } from "../onboarding/papers/zip.ts";
import type { BackgroundWork } from "../provider/edge/background_work.ts";
import { pageHeaders } from "../views/render.ts";
import type { Call } from "./calls.ts";
import { type Did, noSuchPage, type ShownPage } from "./edge_routes.ts";
import {
  detailMembers,
  detailsPage,
  notedPage,
  packPage,
  pastedFields,
  personFields,
  setupPage,
  testPage,
  typedFields,
} from "./setup_pages.ts";
import { formFault } from "./words.ts";

/** A request to an onboarding. */
export interface SetupVisit {
  ctx: RouterContext;
  call: Call;
  /** The address of its first page. */
  at: string;
  /** Whom a test is offered as: whoever is signed in. */
  person: string | undefined;
  now: Date;
  show(page: ShownPage, status?: number): void;
  /** Goes on to a part of it, which says what was done. */
  goOn(path: string, did?: Did): void;
}

/** What testing needs beside. */
export interface SetupDeps {
  background: BackgroundWork;
  log: Log;
}

/** How long an answer waits for a test, in milliseconds; it ends on its own. */
const patienceMs = 12_000;
/** What is pasted may be a whole mail. */
export const pastedLimits = { mostBytes: 60 * 1024, mostFields: 20 };

/** How far it is. */
export async function showSetup({ call, at, now, show }: SetupVisit): Promise<void> {
  const told = await call(showOnboarding);
  const noPack = await whyNoPack(call);
  show(setupPage(told, { at, now, noPack }));
}

// The papers say what is set up on our side; where that is not whole, nobody over there can mend it.
async function whyNoPack(call: Call): Promise<string | undefined> {
  try {
    await call(makePack);
    return undefined;
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== "invalid_input") throw error;
    return "The pack is not ready on our side: tell the people who sent you here.";
  }
}

/** The files, one by one. */
export async function showPack({ call, at, show }: SetupVisit): Promise<void> {
  show(packPage((await call(makePack)).files, at));
}

/** Everything in one file. */
export async function sendZip({ ctx, call }: SetupVisit): Promise<void> {
  const { files } = await call(makePack);
  await call(noteDownload);
  send(ctx, "application/zip", "amazon-q-setup.zip", zipOf(files));
}

/** One file. */
export async function sendFile({ ctx, call }: SetupVisit, path: string): Promise<void> {
  const file = (await call(makePack)).files.find((one: PaperFile) => one.path === path);
  if (file === undefined) throw noSuchPage();
  await call(noteDownload);
  send(ctx, "application/octet-stream", path.replaceAll("/", "-"), Buffer.from(file.content));
}

// It is kept, never shown here: what a paper says stands on no page of ours.
function send(ctx: RouterContext, type: string, name: string, body: Buffer): void {
  ctx.status = 200;
  ctx.set({
    ...pageHeaders(),
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Content-Disposition": `attachment; filename="${name}"`,
  });
  ctx.body = body;
  ctx.type = type;
}

/** Pasting or typing the details. */
export async function showDetails({ at, show }: SetupVisit): Promise<void> {
  show(detailsPage(at, { pasted: pastedFields(new Map()), typed: typedFields(new Map()) }));
}

/** Taking them. */
export async function takeDetails(visit: SetupVisit, form: ReadonlyMap<string, string>): Promise<void> {
  const { at, call, show } = visit;
  const isPasted = form.get("how") === "pasted";
  const given = isPasted
    ? { text: form.get("text") ?? "" }
    : Object.fromEntries(detailMembers.map((member) => [member, form.get(member)?.trim() ?? ""]));
  try {
    const { notes } = await call(enterDetails, given);
    if (notes.length > 0) return show(notedPage(at, notes));
    visit.goOn("/test", "details_entered");
  } catch (error) {
    const [pasted, typed] = [pastedFields(form), typedFields(form)];
    const title = "The details were not taken";
    const fault = formFault(error, title, isPasted ? [...pasted, ...typed] : typed);
    const told = (fields: typeof pasted) =>
      fields.map((field) => fault.fields.find(({ id }) => id === field.id) ?? field);
    show(detailsPage(at, { pasted: told(pasted), typed: told(typed), fault }));
  }
}

/** Asking as whom it is tested. */
export async function askPerson({ at, show, person, call }: SetupVisit): Promise<void> {
  const { accessors } = await call(showOnboarding);
  if (!accessors.includes("default")) throw noSuchPage();
  show(testPage(at, personFields(person)));
}

/** Testing. A test that takes long goes on by itself, and the page answers. */
export async function test(
  visit: SetupVisit,
  form: ReadonlyMap<string, string>,
  { background, log }: SetupDeps,
): Promise<void> {
  const { ctx, at, call, show } = visit;
  const person = form.get("person")?.trim() ?? "";
  const testing = call(testDetails, { person });
  let patient = true;
  background.add(
    testing.then(
      () => undefined,
      (error) => {
        if (!patient) logFailure(log, ctx.req, error);
      },
    ),
  );
  const waiting = new AbortController();
  try {
    await Promise.race([
      testing,
      sleep(patienceMs, undefined, { signal: waiting.signal }).catch(() => undefined),
    ]);
    visit.goOn("");
  } catch (error) {
    const fields = personFields(person);
    show(testPage(at, fields, formFault(error, "It was not tested", fields)));
  } finally {
    patient = false;
    waiting.abort();
  }
}
