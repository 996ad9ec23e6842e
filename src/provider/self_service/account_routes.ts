// Owns /account: what a person sees and decides for themselves. Read the session, decide, act, render.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { OperationError } from "../../errors.ts";
import { currentFrame } from "../../views/frame.ts";
import { pageHeaders, renderPage } from "../../views/render.ts";
import { type Account, findAccount } from "../accounts/account_store.ts";
import type { ProviderHost } from "../host.ts";
import { assertOwnForm, readForm } from "../interactions/form.ts";
import { sessionAccountOf } from "../internals.ts";
import type { PresencePolicy } from "../presence/presence_policy.ts";
import {
  accountReturnPath,
  accountSignedOutPath,
  accountSignInUrl,
  accountSignOutUrl,
  accountStayedPath,
} from "./account_client.ts";
import {
  type Agreement,
  type AgreementDeps,
  decideAgreement,
  listAgreements,
  listTenantsOfPerson,
} from "./agreements.ts";

/** What the account page needs. */
export interface AccountRouteDeps extends AgreementDeps {
  issuer: string;
  host: ProviderHost;
}

/** Adds the account page's addresses to a router. */
export function addAccountRoutes(router: Router, deps: AccountRouteDeps): void {
  router.get("/account", async (ctx) => {
    const account = await signedIn(ctx);
    if (account === undefined) return sendOn(ctx, accountSignInUrl(deps.issuer));
    await show(ctx, account);
  });

  router.get(accountReturnPath, (ctx) => {
    const error = new URLSearchParams(ctx.querystring).get("error");
    if (error === null) return sendOn(ctx, `${deps.issuer}/account`);
    throw new OperationError("unauthenticated", "The sign-in was not completed.", {
      fix: "Open your account again and sign in.",
    });
  });

  router.get(accountSignedOutPath, (ctx) => {
    showHtml(ctx, renderPage("logged_out", { signInUrl: "/account" }));
  });

  // Who was asked whether to sign out, and said no (interactions/stay_signed_in.ts).
  router.get(accountStayedPath, async (ctx) => {
    const account = await signedIn(ctx);
    if (account === undefined) return sendOn(ctx, `${deps.issuer}${accountSignedOutPath}`);
    const page = {
      accountEmail: account.email ?? undefined,
      application: currentFrame()?.application,
      accountUrl: "/account",
      signOutUrl: accountSignOutUrl(deps.issuer),
    };
    showHtml(ctx, renderPage("stayed", page));
  });

  router.post("/account", async (ctx) => {
    assertOwnForm(ctx.req, new URL(deps.issuer).origin);
    const form = await readForm(ctx.req);
    const account = await signedIn(ctx);
    if (account === undefined) {
      throw new OperationError("unauthenticated", "Your session has ended.", {
        fix: "Open your account and sign in.",
      });
    }
    const decision = form.get("decision");
    if (decision !== "allow" && decision !== "revoke") {
      throw new OperationError("invalid_input", "decision must be allow or revoke.", { field: "decision" });
    }
    const agreement = await decideAgreement(deps, account.id, {
      tenantId: form.get("tenant") ?? "",
      clientId: form.get("client") ?? "",
      allow: decision === "allow",
    });
    const verb = decision === "allow" ? "may now" : "may no longer";
    await show(
      ctx,
      account,
      `${agreement.clientName} ${verb} act for you at ${agreement.tenantName} while you are away.`,
    );
  });

  async function signedIn(ctx: RouterContext): Promise<Account | undefined> {
    const accountId = await sessionAccountOf(deps.host.current(), ctx.req, ctx.res);
    const account = accountId === undefined ? undefined : await findAccount(deps.db, accountId);
    return account?.disabledAtMs === null ? account : undefined;
  }

  async function show(ctx: RouterContext, account: Account, notice?: string): Promise<void> {
    const [tenants, agreements] = await Promise.all([
      listTenantsOfPerson(deps.db, account.id),
      listAgreements(deps, account.id),
    ]);
    const html = renderPage("account", {
      form: { action: "/account" },
      name: account.name ?? undefined,
      email: account.email ?? "",
      emailVerified: account.emailVerifiedAtMs !== null,
      organizations: tenants.map(({ name, presencePolicy }) => ({ name, presence: inWords(presencePolicy) })),
      agreements: agreements.map(toView),
      notice,
      signOutUrl: accountSignOutUrl(deps.issuer),
    });
    showHtml(ctx, html);
  }
}

function showHtml(ctx: RouterContext, html: string): void {
  ctx.status = 200;
  ctx.set({ ...pageHeaders() });
  ctx.body = html;
}

function toView({ grantedAtMs, ...agreement }: Agreement) {
  return {
    ...agreement,
    since: grantedAtMs === undefined ? undefined : new Date(grantedAtMs).toISOString().slice(0, 10),
  };
}

function inWords(policy: PresencePolicy): string {
  switch (policy.name) {
    case "session":
      return "Applications may act for you only while you are signed in.";
    case "within":
      return `Applications may act for you up to ${policy.hours} hours after your last sign-in.`;
    case "offline":
      return "Applications may act for you while you are away, if you allow it below.";
    case "never":
      return "Applications may never act for you while you are away.";
  }
}

function sendOn(ctx: RouterContext, url: string): void {
  ctx.status = 303;
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(url);
}
