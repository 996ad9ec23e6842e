// Owns /account: what a person sees and decides for themselves. Read the session, decide, act, render.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { OperationError } from "../../errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import type { InstallationPart } from "../../installation.ts";
import { seeOther } from "../../see_other.ts";
import { currentFrame, withLook } from "../../views/frame.ts";
import type { Pages } from "../../views/pages.ts";
import { pageHeaders, renderPage } from "../../views/render.ts";
import type { Account } from "../accounts/account_store.ts";
import {
  accountReturnPath,
  accountSignedOutPath,
  accountSignInUrl,
  accountSignOutUrl,
  accountStayedPath,
  accountWayOn,
} from "../clients/account_client.ts";
import { assertOwnForm, readForm } from "../edge/form.ts";
import { type FormOutcome, leaveOutcome, takeOutcome } from "../edge/form_outcome.ts";
import type { ProviderHost } from "../library/provider_host.ts";
import type { PresencePolicy } from "../presence/presence_policy.ts";
import { lookOf } from "../tenants/look.ts";
import type { Membership } from "../tenants/membership_store.ts";
import { addressIn, shownPerson } from "../tenants/person_in_tenant.ts";
import { type Agreement, decideAgreement, listAgreements, type Person } from "./agreements.ts";
import { endAllowedApplication, listAllowedApplications } from "./allowed_applications.ts";
import { findSignedIn } from "./signed_in.ts";

const outcomeForm = "account";

/** What the account page needs. */
export interface AccountRouteDeps
  extends InstallationPart<"db" | "clock" | "issuer" | "awsClientId" | "requireVerifiedDomain"> {
  host: ProviderHost;
}

interface SignedIn extends Person {
  account: Account;
  /** In the tenants the session speaks for. */
  memberships: readonly Membership[];
}

/** Adds the account page's addresses to a router. */
export function addAccountRoutes(router: Router, deps: AccountRouteDeps): void {
  router.get("/account", async (ctx) => {
    const person = await signedIn(ctx);
    if (person === undefined) return seeOther(ctx, accountSignInUrl(deps.issuer));
    const outcome = takeOutcome({ cookies: ctx.cookies, issuer: deps.issuer }, outcomeForm);
    await show(ctx, person, outcome);
  });

  router.get(accountReturnPath, (ctx) => {
    const answer = onceEach(parseFormText(ctx.querystring));
    if (answer.get("error") === undefined)
      return seeOther(ctx, accountWayOn(deps.issuer, answer.get("state")));
    throw new OperationError("unauthenticated", "The sign-in was not completed.", {
      fix: "Open your account again and sign in.",
    });
  });

  router.get(accountSignedOutPath, (ctx) => {
    showHtml(ctx, renderPage("logged_out", { signInUrl: "/account" }));
  });

  // Who was asked whether to sign out, and said no (interactions/stay_signed_in.ts).
  router.get(accountStayedPath, async (ctx) => {
    const person = await signedIn(ctx);
    if (person === undefined) return seeOther(ctx, `${deps.issuer}${accountSignedOutPath}`);
    const page = {
      accountEmail: shownPerson(person.account, person.memberships).email,
      application: currentFrame()?.application,
      accountUrl: "/account",
      signOutUrl: accountSignOutUrl(deps.issuer),
    };
    showHtml(ctx, renderPage("stayed", page));
  });

  router.post("/account", async (ctx) => {
    assertOwnForm(ctx.req, new URL(deps.issuer).origin);
    const form = await readForm(ctx.req);
    const person = await signedIn(ctx);
    // Whose session has ended signs in there first, and decides again.
    if (person === undefined) return seeOther(ctx, "/account");
    const decision = form.get("decision");
    if (decision === "end") {
      const ended = await endAllowedApplication(deps, person, form.get("grant") ?? "");
      const did = ended ? "ended" : "nothing";
      leaveOutcome({ cookies: ctx.cookies, issuer: deps.issuer }, outcomeForm, { did });
      return seeOther(ctx, "/account");
    }
    if (decision !== "allow" && decision !== "revoke") {
      throw new OperationError("invalid_input", "decision must be allow, revoke or end.", {
        field: "decision",
      });
    }
    const [tenantId, clientId] = [form.get("tenant") ?? "", form.get("client") ?? ""];
    const choice = { tenantId, clientId, allow: decision === "allow" };
    const agreement = await decideAgreement(deps, person, choice);
    const did = agreement === undefined ? "nothing" : decision;
    leaveOutcome({ cookies: ctx.cookies, issuer: deps.issuer }, outcomeForm, { did, tenantId, clientId });
    seeOther(ctx, "/account");
  });

  async function signedIn(ctx: RouterContext): Promise<SignedIn | undefined> {
    const found = await findSignedIn(deps, ctx.req, ctx.res);
    if (found === undefined) return undefined;
    const { account, places } = found;
    const tenants = places.map(({ tenant }) => tenant);
    const memberships = places.map(({ membership }) => membership);
    const { id: accountId, signInGeneration } = account;
    return { account, accountId, signInGeneration, tenants, memberships };
  }

  async function show(ctx: RouterContext, person: SignedIn, outcome?: FormOutcome): Promise<void> {
    const { account, tenants, memberships } = person;
    const { name, email } = shownPerson(account, memberships);
    const agreements = await listAgreements(deps, person);
    const applications = await listAllowedApplications(deps, person);
    // Of somebody who belongs to several, it is no organization's page more than another's.
    const [only, ...others] = tenants;
    const look = only && others.length === 0 ? await lookOf(deps.db, only) : undefined;
    const page: Pages["account"] = {
      form: { action: "/account" },
      name,
      email,
      // What the ISV says of a person it has proven.
      emailVerified: email !== account.email || account.emailVerifiedAtMs !== null,
      organizations: tenants.map((tenant, place) => ({
        name: tenant.name,
        presence: inWords(tenant.presencePolicy),
        // One by one where they know different addresses.
        email: email === undefined ? (addressIn(account, memberships[place]) ?? undefined) : undefined,
      })),
      agreements: agreements.map(toView),
      applications: applications.map(({ sinceMs, ...one }) => ({ ...one, since: dayOf(sinceMs) })),
      withoutAgreements: withoutAgreements(tenants.map(({ presencePolicy }) => presencePolicy)),
      ...wordsFor(outcome, agreements),
      signOutUrl: accountSignOutUrl(deps.issuer),
    };
    showHtml(
      ctx,
      withLook(look, () => renderPage("account", page)),
    );
  }
}

function showHtml(ctx: RouterContext, html: string): void {
  ctx.status = 200;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}

// An agreement that was taken back may be on offer no longer, so its names may be gone.
function wordsFor(outcome: FormOutcome | undefined, agreements: readonly Agreement[]) {
  const { did, tenantId, clientId } = outcome ?? {};
  if (did === "nothing") {
    return { fault: "Nothing was changed: this is no longer on offer. The list below is as it is now." };
  }
  if (did === "ended") return { notice: "The application has nothing of yours any more. It asks you anew." };
  if (did !== "allow" && did !== "revoke") return {};
  const named = agreements.find((one) => one.tenantId === tenantId && one.clientId === clientId);
  const who = named === undefined ? "The application" : named.clientName;
  const where = named === undefined ? "" : ` at ${named.tenantName}`;
  return {
    notice: `${who} may ${did === "allow" ? "now" : "no longer"} act for you${where} while you are away.`,
  };
}

function toView({ grantedAtMs, ...agreement }: Agreement) {
  return {
    ...agreement,
    since: grantedAtMs === undefined ? undefined : dayOf(grantedAtMs),
  };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function inWords(policy: PresencePolicy): string {
  switch (policy.name) {
    case "session":
      return "Applications may act for you only while you are signed in.";
    case "within":
      return `Applications may act for you up to ${policy.hours} hours after your last sign-in.`;
    case "offline":
      return "Applications may act for you while you are away, if you allow it on this page.";
    case "never":
      return "Applications may never act for you while you are away.";
  }
}

// Only `offline` asks for agreements. Elsewhere the organization's policy says it, and there is nothing to decide here.
function withoutAgreements(policies: readonly PresencePolicy[]): string {
  const names = new Set(policies.map(({ name }) => name));
  if (names.has("within"))
    return "It is as your organizations above say; they ask for no agreement of yours.";
  if (names.has("offline") || names.size === 0) return "No application may, and none has asked.";
  return "No application may, and none can ask.";
}
