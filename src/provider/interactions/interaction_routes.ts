// Owns the interaction's addresses: read the interaction, let its prompt decide, act, render.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { Client, InteractionResults } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { answerOf, errorPage } from "../../http_errors.ts";
import { seeOther } from "../../see_other.ts";
import { speak, wearLook } from "../../views/frame.ts";
import { pageHeaders } from "../../views/render.ts";
import { lookOfApplication } from "../clients/application_look.ts";
import { assertOwnForm, readForm } from "../edge/form.ts";
import { settleSignInLanguage } from "../edge/page_language.ts";
import { requestIdOf } from "../edge/pinned_request.ts";
import { createFactorSeals } from "../factors/factor_seals.ts";
import type { ProviderHost } from "../library/provider_host.ts";
import { answerConsent, renderConsent } from "./consent.ts";
import { addHandoffReturn, startHandoff } from "./handoff_routes.ts";
import { type Exchange, finishInteraction, getInteraction, type InteractionState } from "./interaction.ts";
import { addLoginRoutes, type LoginDeps } from "./login_routes.ts";
import { tenantPrompt } from "./prompts.ts";
import { leaveSignInFault, takeSignInFault } from "./sign_in_fault.ts";
import { recordTenantRefusal } from "./sign_in_refusal.ts";
import { answerTenantChoice, renderTenantChoice, tenantRefusal } from "./tenant_page.ts";

/** What the interaction pages need. */
export interface InteractionDeps extends LoginDeps {
  host: ProviderHost;
}

/** Adds the interaction's addresses to a router. */
export function addInteractionRoutes(router: Router, deps: InteractionDeps): void {
  const { db, host } = deps;
  const origin = new URL(deps.issuer).origin;
  const seals = createFactorSeals(deps.secrets);
  const asked = new WeakMap<RouterContext, Client>();
  const showLogin = addLoginRoutes(
    router,
    { ...deps, seals },
    { stateOf, submissionOf, showPage, finish, dress },
  );

  router.use("/interaction/:uid", async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      // What is wrong may be the store.
      if (ctx.method !== "GET") await dress(ctx).catch(() => undefined);
      throw error;
    }
  });

  router.get("/interaction/:uid", async (ctx) => {
    const state = await stateOf(ctx);
    if (state.prompt === "login") {
      const isvUrl = await startHandoff(deps, state);
      if (isvUrl !== undefined) return seeOther(ctx, isvUrl);
      return showLogin(ctx, state);
    }
    if (state.prompt === "consent")
      return showPage(ctx, 200, await renderConsent(host.current(), deps, state));
    const refusal = await tenantRefusal(deps, state);
    if (refusal === undefined) {
      const failed = takeSignInFault(placeOf(ctx), state.uid, "tenant");
      return showPage(ctx, failed?.status ?? 200, await renderTenantChoice(db, state, failed));
    }
    const { error, again, ways } = refusal;
    await recordTenantRefusal(deps, {
      ...refusal,
      accountId: state.accountId,
      clientId: state.client.clientId,
    });
    const page = await errorPage(answerOf(error), requestIdOf(ctx.req), { again, ways });
    return showPage(ctx, error.status, page);
  });

  addHandoffReturn(router, deps, stateOf, (ctx, state, answer) => finish(ctx, state, answer, false));

  router.post("/interaction/:uid/tenant", async (ctx) => {
    const submission = await submissionOf(ctx, [tenantPrompt]);
    if (submission === undefined) return;
    const { state, form } = submission;
    try {
      await finish(ctx, state, await answerTenantChoice(db, state, form));
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== "not_a_member") throw error;
      leaveSignInFault(placeOf(ctx), state.uid, "tenant", error);
      seeOther(ctx, `/interaction/${state.uid}`);
    }
  });

  router.post("/interaction/:uid/consent", async (ctx) => {
    const submission = await submissionOf(ctx, ["consent"]);
    if (submission === undefined) return;
    const { state, form } = submission;
    await finish(ctx, state, await answerConsent(host.current(), deps, state, form));
  });

  router.post("/interaction/:uid/abort", async (ctx) => {
    const submission = await submissionOf(ctx, ["login", tenantPrompt, "consent"]);
    if (submission === undefined) return;
    await finish(ctx, submission.state, {
      error: "access_denied",
      error_description: "the person cancelled the sign-in",
    });
  });

  async function stateOf(ctx: RouterContext): Promise<InteractionState> {
    const state = await getInteraction(host.current(), exchangeOf(ctx), ctx.params["uid"] ?? "");
    const wishes = { uiLocales: state.params.get("ui_locales"), acceptLanguage: ctx.get("Accept-Language") };
    speak(settleSignInLanguage(placeOf(ctx), { uid: state.uid, ...wishes }));
    asked.set(ctx, state.client);
    if (ctx.method === "GET") await dress(ctx);
    return state;
  }

  // A form leads on to another page: what it looks like is asked where it draws one itself.
  async function dress(ctx: RouterContext): Promise<void> {
    const client = asked.get(ctx);
    if (client !== undefined) wearLook(await lookOfApplication(db, client));
  }

  const placeOf = (ctx: RouterContext) => ({ cookies: ctx.cookies, issuer: deps.issuer, clock: deps.clock });

  // A form of a page that the sign-in is no longer at leads to where it is, or to the page that says it is over.
  async function submissionOf(ctx: RouterContext, prompts: readonly string[]) {
    assertOwnForm(ctx.req, origin);
    const form = await readForm(ctx.req);
    const state = await stateOf(ctx).catch((error: unknown) => {
      if (!(error instanceof OperationError) || error.code !== "sign_in_expired") throw error;
      return undefined;
    });
    if (state !== undefined && prompts.includes(state.prompt)) return { state, form };
    seeOther(ctx, `/interaction/${encodeURIComponent(ctx.params["uid"] ?? "")}`);
    return undefined;
  }

  async function finish(
    ctx: RouterContext,
    state: InteractionState,
    answer: InteractionResults,
    keepEarlierAnswers = true,
  ) {
    seeOther(ctx, await finishInteraction(state, answer, keepEarlierAnswers));
  }
}

function exchangeOf(ctx: RouterContext): Exchange {
  return { request: ctx.req, response: ctx.res };
}

function showPage(ctx: RouterContext, status: number, html: string, page: { script?: boolean } = {}): void {
  ctx.status = status;
  ctx.set({ ...pageHeaders(page) });
  ctx.body = html;
}
