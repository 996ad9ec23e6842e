// Owns the addresses of a login: the address page, the password page, the second step. Each leads on to where the sign-in is,
// whatever was bookmarked, gone back to or sent twice.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { InteractionResults } from "oidc-provider";
import type { LoginNames } from "../../audit/login_names.ts";
import { StoreUnavailable } from "../../db/store_fault.ts";
import { OperationError } from "../../errors.ts";
import { retryHeaders } from "../../http_errors.ts";
import { isEmailAddress } from "../../input/email_address.ts";
import type { Installation } from "../../installation.ts";
import { reaches } from "../../login_levels.ts";
import { seeOther } from "../../see_other.ts";
import { rememberDevice } from "../accounts/new_device.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { leaveOutcome, readOutcome } from "../edge/form_outcome.ts";
import { pinnedAddressOf } from "../edge/pinned_request.ts";
import { rememberFactorBrowser } from "../factors/factor_attempts.ts";
import type { LoginAnswer } from "../factors/pending_sign_ins.ts";
import type { FactorDeps } from "../factors/prove_factor.ts";
import { getSigningPerson, type SigningPerson } from "../factors/signing_person_store.ts";
import { browserKeyOf } from "./browser_binding.ts";
import { answerFactor, findHalfDone, renderHalfDone } from "./factor_page.ts";
import { followLanguage } from "./follow_language.ts";
import { startHandoff } from "./handoff_routes.ts";
import type { InteractionState } from "./interaction.ts";
import { addressHere, provePassword, renderAddress, renderPassword } from "./login.ts";
import { goOn, stepUp } from "./login_steps.ts";
import { addPasskeyRoutes } from "./passkey_routes.ts";
import { tenantPrompt } from "./prompts.ts";
import { leaveSignInFault, takeSignInFault } from "./sign_in_fault.ts";
import { recordSignInRefusal } from "./sign_in_refusal.ts";

/** What the pages of a login need. */
export interface LoginDeps extends Installation {
  passwords: Passwords;
  loginNames: LoginNames;
  /** Whether a new password can be asked for by mail. */
  sendsMail: boolean;
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
}

/** What the interaction's routes lend. */
export interface LoginRoutes {
  stateOf(ctx: RouterContext): Promise<InteractionState>;
  /** Reads a posted form of a page the sign-in is at; undefined: it was sent on. */
  submissionOf(
    ctx: RouterContext,
    prompts: readonly string[],
  ): Promise<{ state: InteractionState; form: ReadonlyMap<string, string> } | undefined>;
  /** @param page whether passkeys are used on it */
  showPage(ctx: RouterContext, status: number, html: string, page?: { script?: boolean }): void;
  /** Has the page that answers a form look as the application has it. */
  dress(ctx: RouterContext): Promise<void>;
  finish(
    ctx: RouterContext,
    state: InteractionState,
    answer: InteractionResults,
    keepEarlierAnswers: boolean,
  ): Promise<void>;
}

/** Prompts at which a person may sign in: who may not go on signs in as somebody else. */
const loginPrompts = ["login", tenantPrompt];

/**
 * Adds the addresses.
 * @returns shows the page that a login begins with, or is at
 */
export function addLoginRoutes(
  router: Router,
  deps: LoginDeps & FactorDeps,
  { stateOf, submissionOf, showPage, finish, dress }: LoginRoutes,
): (ctx: RouterContext, state: InteractionState) => Promise<void> {
  const placeOf = (ctx: RouterContext) => ({ cookies: ctx.cookies, issuer: deps.issuer, clock: deps.clock });
  const pathOf = (state: InteractionState, page: "login" | "ways" | "factor") =>
    `/interaction/${state.uid}/${page}`;

  const originOf = (ctx: RouterContext) => ({
    clientAddress: pinnedAddressOf(ctx.req),
    browser: browserKeyOf(ctx.cookies, deps.issuer),
    userAgent: ctx.get("User-Agent"),
  });

  // Where a person signs in with another address, or account.
  router.get("/interaction/:uid/login", async (ctx) => {
    const state = await stateOf(ctx);
    const isvUrl = await startHandoff(deps, state, true);
    if (isvUrl !== undefined) return seeOther(ctx, isvUrl);
    const failed = takeSignInFault(placeOf(ctx), state.uid, "login");
    const typed = readOutcome(placeOf(ctx), addressForm(state))?.["email"];
    tellWait(ctx, failed?.waitSeconds);
    showPage(ctx, failed?.status ?? 200, await renderAddress(deps, state, failed, typed), withScript);
  });

  router.get("/interaction/:uid/ways", async (ctx) => {
    const state = await stateOf(ctx);
    const email = readOutcome(placeOf(ctx), addressForm(state))?.["email"] ?? hintOf(state);
    if (email === undefined || !loginPrompts.includes(state.prompt))
      return seeOther(ctx, pathOf(state, "login"));
    const failed = takeSignInFault(placeOf(ctx), state.uid, "password");
    tellWait(ctx, failed?.waitSeconds);
    showPage(ctx, failed?.status ?? 200, await renderPassword(deps, state, email, failed), withScript);
  });

  router.post("/interaction/:uid/login", async (ctx) => {
    const submission = await submissionOf(ctx, loginPrompts);
    if (submission === undefined) return;
    const { state, form } = submission;
    const email = form.get("email")?.trim() ?? "";
    leaveOutcome(placeOf(ctx), addressForm(state), { email });
    if ((form.get("password") ?? "") === "") return takeAddress(ctx, state, email);
    try {
      const proven = await provePassword(deps, form, originOf(ctx));
      const person = await getSigningPerson(deps, proven.accountId, originOf(ctx));
      const answer = await goOn(deps, state, proven, person.factors);
      if (answer !== undefined) return await complete(ctx, state, answer, person);
      await followLanguage(deps, placeOf(ctx), person);
      seeOther(ctx, pathOf(state, "factor"));
    } catch (error) {
      if (!(error instanceof OperationError) || error instanceof StoreUnavailable) throw error;
      const { clientId } = state.client;
      const attempt = { login: email, clientId, clientAddress: pinnedAddressOf(ctx.req) };
      // Who was turned away unheard has tried nothing.
      if (error.code !== "overloaded") await recordSignInRefusal(deps, attempt, error);
      // What is no address is typed anew.
      if (!isEmailAddress(email)) return refuseAddress(ctx, state, error, email);
      leaveSignInFault(placeOf(ctx), state.uid, "password", error);
      seeOther(ctx, pathOf(state, "ways"));
    }
  });

  router.get("/interaction/:uid/factor", async (ctx) => {
    const state = await stateOf(ctx);
    const half = await findHalfDone(deps, state);
    if (half === undefined) return begunAnew(ctx, state);
    const failed = takeSignInFault(placeOf(ctx), state.uid, "factor");
    tellWait(ctx, failed?.waitSeconds);
    const use = typeof ctx.query["use"] === "string" ? ctx.query["use"] : undefined;
    const html = await renderHalfDone(deps, state, half, use, failed);
    showPage(ctx, failed?.status ?? 200, html, withScript);
  });

  router.post("/interaction/:uid/factor", async (ctx) => {
    const submission = await submissionOf(ctx, loginPrompts);
    if (submission === undefined) return;
    const { state, form } = submission;
    const half = await findHalfDone(deps, state);
    if (half === undefined) return begunAnew(ctx, state);
    await dress(ctx);
    try {
      const outcome = await answerFactor(deps, state, half, form, originOf(ctx));
      // A recovery code that was used is told by mail.
      if (form.get("use") === "recovery_code") deps.mailPut();
      if ("answer" in outcome) return await complete(ctx, state, outcome.answer);
      if ("next" in outcome) return seeOther(ctx, pathOf(state, "factor"));
      showPage(ctx, 200, outcome.page);
    } catch (error) {
      if (!(error instanceof OperationError) || error instanceof StoreUnavailable) throw error;
      // Of two that were sent at once one finished it; where it is by now, the way leads.
      if (error.code === "sign_in_expired" || error.code === "factor_exists") return begunAnew(ctx, state);
      if (error.status >= 500) throw error;
      leaveSignInFault(placeOf(ctx), state.uid, "factor", error);
      const use = form.get("use") === "recovery_code" ? "?use=recovery_code" : "";
      seeOther(ctx, `${pathOf(state, "factor")}${use}`);
    }
  });

  addPasskeyRoutes(router, deps, {
    submission: (ctx) => submissionOf(ctx, loginPrompts),
    ...{ originOf, complete, begunAnew, showPage, dress },
  });

  return async (ctx, state) => {
    if ((await findHalfDone(deps, state)) !== undefined || (await stepUp(deps, state))) {
      return seeOther(ctx, pathOf(state, "factor"));
    }
    const email = hintOf(state);
    if (email === undefined) {
      const known = await addressHere(deps, state);
      return showPage(ctx, 200, await renderAddress(deps, state, undefined, known), withScript);
    }
    showPage(ctx, 200, await renderPassword(deps, state, email), withScript);
  };

  async function complete(
    ctx: RouterContext,
    state: InteractionState,
    answer: LoginAnswer,
    known?: SigningPerson,
  ): Promise<void> {
    const origin = originOf(ctx);
    const person = known ?? (await getSigningPerson(deps, answer.login.accountId, origin));
    await followLanguage(deps, placeOf(ctx), person);
    if (await rememberDevice(deps, person, origin)) deps.mailPut();
    if (reaches(answer.voucher.level, "mfa")) {
      const trier = { accountId: person.id, browser: origin.browser };
      await rememberFactorBrowser(deps.db, trier, deps.clock());
    }
    // Whoever signs in anew starts without another account's answers.
    await finish(ctx, state, answer, false);
  }

  function takeAddress(ctx: RouterContext, state: InteractionState, email: string): void {
    if (isEmailAddress(email)) {
      seeOther(ctx, pathOf(state, "ways"));
      return;
    }
    const error = new OperationError("invalid_input", "email is not an e-mail address.", { field: "email" });
    refuseAddress(ctx, state, error, email);
  }

  function refuseAddress(
    ctx: RouterContext,
    state: InteractionState,
    error: OperationError,
    email: string,
  ): void {
    leaveSignInFault(placeOf(ctx), state.uid, "login", error, email);
    seeOther(ctx, pathOf(state, "login"));
  }

  // The half that was done counts no more: it begins anew, and says why, where one is still signing in.
  function begunAnew(ctx: RouterContext, state: InteractionState): void {
    if (!loginPrompts.includes(state.prompt)) {
      seeOther(ctx, `/interaction/${state.uid}`);
      return;
    }
    const error = new OperationError("sign_in_expired", "This sign-in's first half counts no more.");
    leaveSignInFault(placeOf(ctx), state.uid, "login", error);
    seeOther(ctx, pathOf(state, "login"));
  }
}

const withScript = { script: true };

const addressForm = (state: InteractionState): string => `address_${state.uid}`;

// What the application says one signs in with, where it is an address.
function hintOf(state: InteractionState): string | undefined {
  const hint = state.params.get("login_hint");
  return hint !== undefined && isEmailAddress(hint) ? hint : undefined;
}

function tellWait(ctx: RouterContext, retryAfterSeconds: number | undefined): void {
  ctx.set(retryHeaders({ retryAfterSeconds }));
}
