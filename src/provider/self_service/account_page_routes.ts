// Owns what all pages of the account have in common at the edge: who is signed in, the fresh sign-in that leads back, forms of our
// own that say for whom they were drawn, and what became of them.
import { Readable } from "node:stream";
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { OperationError } from "../../errors.ts";
import { logFailure, retryHeaders } from "../../http_errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import type { InstallationPart } from "../../installation.ts";
import { seeOther } from "../../see_other.ts";
import type { AccountForm, AccountShell } from "../../views/account_pages.ts";
import { currentWords, withLook } from "../../views/frame.ts";
import { pageHeaders } from "../../views/render.ts";
import type { AttemptOrigin } from "../accounts/attempt_rates.ts";
import { accountSignedOutPath, accountSignInUrl, accountSignOutUrl } from "../clients/account_client.ts";
import { assertOwnForm, ForeignForm, readForm } from "../edge/form.ts";
import { type FormOutcome, leaveOutcome, takeOutcome } from "../edge/form_outcome.ts";
import { pinnedAddressOf } from "../edge/pinned_request.ts";
import { browserKeyOf } from "../interactions/browser_binding.ts";
import type { ProviderHost } from "../library/provider_host.ts";
import { lookOf } from "../tenants/look.ts";
import {
  type AccountPerson,
  assertRecentSignIn,
  findAccountPerson,
  formMarkOf,
  RecentSignInNeeded,
} from "./account_person.ts";
import { type AccountPageName, accountClosedPath, accountPages, accountTabs } from "./account_tabs.ts";

/** What the account's pages need of an installation. */
export interface AccountPageDeps
  extends InstallationPart<"db" | "clock" | "log" | "issuer" | "awsClientId" | "requireVerifiedDomain"> {
  host: ProviderHost;
}

/** A person before a page. */
export interface AccountVisit {
  person: AccountPerson;
  /** The browser, for what is counted. */
  origin: AttemptOrigin;
  /** The request's User-Agent, as it stands there. */
  userAgent: string;
  /** A form of the page, drawn for this person. @param action absent: the page's own address */
  form(action?: string): AccountForm;
  /** What surrounds the page: tabs, sign-out, and in words what became of a form. */
  shell(content: { title: string; notice?: string | undefined; fault?: string | undefined }): AccountShell;
}

/** A page to be drawn. */
export interface ShownVisit extends AccountVisit {
  /** What the page's address asks for. */
  query: ReadonlyMap<string, string>;
  /** What the form before left, with what was typed. */
  outcome: FormOutcome | undefined;
  /** Why the form that was just sent was refused, with what was typed. */
  refusal: OperationError | undefined;
  typed: FormOutcome;
}

/** A page of the account. */
export interface AccountPageHandler {
  page: AccountPageName;
  /** Whether it loads a script: passkeys are made on it, or passwords typed. */
  script?: boolean;
  /** Whether seeing it takes a fresh sign-in. */
  recent?: boolean;
  show(visit: ShownVisit): Promise<string>;
}

/** What a form did: for the page that comes next, which is the form's own unless said. */
export interface FormDone {
  outcome?: FormOutcome;
  /** Absent: the form's own page. */
  page?: AccountPageName;
  /** The answer is this page, in place of the next one: what is shown once, and stands in no cookie. */
  once?: (visit: AccountVisit) => string;
  /** The answer is a file, JSON, in place of a page. */
  download?: { fileName: string; pieces: AsyncIterable<string> };
  /** It ended the sign-in: no page of the account comes next, but the one that says so. */
  signedOut?: true;
  /** It closed the account: there is nobody whose page could come next. */
  closed?: true;
}

/** A form of a page. */
export interface AccountFormHandler {
  /** Absent: the page's own. */
  path?: string;
  /** Whether it takes a fresh sign-in. Without one nothing is done; what was typed is there again afterwards. */
  recent?: boolean;
  /** Fields that a page is filled with again: never a password. */
  keeps?: readonly string[];
  /**
   * Does it. Of OperationError, `unauthenticated` leads through a sign-in, other refusals of what was sent are shown by the page.
   */
  act(visit: AccountVisit & { fields: ReadonlyMap<string, string> }): Promise<FormDone>;
}

/** Adds a page and its forms. */
export function addAccountPage(
  router: Router,
  deps: AccountPageDeps,
  handler: AccountPageHandler,
  forms: readonly AccountFormHandler[] = [],
): void {
  const { page } = handler;
  const { path } = accountPages[page];

  router.get(path, async (ctx) => {
    const person = await findAccountPerson(deps, ctx.req, ctx.res);
    if (person === undefined) return seeOther(ctx, accountSignInUrl(deps.issuer, page));
    if (handler.recent === true && !isRecent(person)) return freshly(ctx);
    const outcome = takeOutcome(placeOf(ctx), page);
    await show(ctx, 200, person, { outcome, refusal: undefined, typed: outcome ?? {} });
  });

  for (const form of forms) router.post(form.path ?? path, (ctx) => answer(ctx, form));

  async function answer(ctx: RouterContext, form: AccountFormHandler): Promise<void> {
    assertOwnForm(ctx.req, new URL(deps.issuer).origin);
    const fields = await readForm(ctx.req);
    const typed = Object.fromEntries((form.keeps ?? []).map((name) => [name, fields.get(name)]));
    const person = await findAccountPerson(deps, ctx.req, ctx.res);
    // Whose session has ended signs in there first, finds what they typed, and decides again.
    if (person === undefined) return again(ctx, typed);
    if (fields.get("csrf") !== formMarkOf(person)) {
      leaveOutcome(placeOf(ctx), page, { did: "other_person" });
      return seeOther(ctx, path);
    }
    try {
      if (form.recent === true) assertRecentSignIn(person, deps.clock());
      const done = await form.act({ ...visitOf(ctx, person), fields });
      const { outcome, page: next = page, download, once, signedOut, closed } = done;
      if (download !== undefined) return sendFile(ctx, download);
      if (once !== undefined) return draw(ctx, 200, person, async () => once(visitOf(ctx, person)));
      if (signedOut === true) return seeOther(ctx, accountSignedOutPath);
      if (closed === true) return seeOther(ctx, accountClosedPath);
      if (outcome !== undefined) leaveOutcome(placeOf(ctx), next, outcome);
      seeOther(ctx, accountPages[next].path);
    } catch (error) {
      if (!(error instanceof OperationError) || error.status >= 500 || error instanceof ForeignForm)
        throw error;
      logFailure(deps.log, ctx.req, error);
      if (error instanceof RecentSignInNeeded) {
        leaveOutcome(placeOf(ctx), page, { ...typed, did: "again" });
        return freshly(ctx);
      }
      if (error.code === "unauthenticated") return again(ctx, typed);
      ctx.set(retryHeaders(error));
      await show(ctx, error.status, person, { outcome: undefined, refusal: error, typed });
    }
  }

  const placeOf = (ctx: RouterContext) => ({ cookies: ctx.cookies, issuer: deps.issuer });

  function again(ctx: RouterContext, typed: FormOutcome): void {
    leaveOutcome(placeOf(ctx), page, { ...typed, did: "again" });
    seeOther(ctx, path);
  }

  const freshly = (ctx: RouterContext) => seeOther(ctx, accountSignInUrl(deps.issuer, page, { anew: true }));

  function isRecent(person: AccountPerson): boolean {
    try {
      assertRecentSignIn(person, deps.clock());
      return true;
    } catch (error) {
      if (error instanceof RecentSignInNeeded) return false;
      throw error;
    }
  }

  function visitOf(ctx: RouterContext, person: AccountPerson, outcome?: FormOutcome): AccountVisit {
    const csrfToken = formMarkOf(person);
    return {
      person,
      origin: {
        clientAddress: pinnedAddressOf(ctx.req),
        browser: browserKeyOf(ctx.cookies, deps.issuer),
      },
      userAgent: ctx.get("User-Agent"),
      form: (action = path) => ({ action, csrfToken }),
      shell: ({ title, notice, fault }) => ({
        title,
        tabs: accountTabs(page),
        notice,
        fault: fault ?? commonFault(outcome),
        signOutUrl: accountSignOutUrl(deps.issuer),
      }),
    };
  }

  const show = (
    ctx: RouterContext,
    status: number,
    person: AccountPerson,
    came: Pick<ShownVisit, "outcome" | "refusal" | "typed">,
  ): Promise<void> => {
    const query = onceEach(parseFormText(ctx.querystring));
    return draw(ctx, status, person, () =>
      handler.show({ ...visitOf(ctx, person, came.outcome), ...came, query }),
    );
  };

  async function draw(
    ctx: RouterContext,
    status: number,
    person: AccountPerson,
    page: () => Promise<string>,
  ): Promise<void> {
    // Of somebody who belongs to several, it is no organization's page more than another's.
    const [only, ...others] = person.tenants;
    const look = only && others.length === 0 ? await lookOf(deps.db, only) : undefined;
    const html = await withLook(look, page);
    ctx.status = status;
    ctx.set({ ...pageHeaders({ script: handler.script === true }) });
    ctx.body = html;
  }
}

function sendFile(ctx: RouterContext, { fileName, pieces }: NonNullable<FormDone["download"]>): void {
  ctx.status = 200;
  ctx.set({
    ...pageHeaders(),
    "Content-Type": "application/json; charset=utf-8",
    "Content-Disposition": `attachment; filename="${fileName}"`,
  });
  // Piece by piece, as fast as it is taken.
  ctx.body = Readable.from(pieces);
}

function commonFault(outcome: FormOutcome | undefined): string | undefined {
  switch (outcome?.["did"]) {
    case "again":
      return currentWords().account.again;
    case "other_person":
      return currentWords().account.otherPerson;
    default:
      return undefined;
  }
}
