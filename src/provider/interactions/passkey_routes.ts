// Owns the addresses to which a passkey's answer is posted during a login: as the first factor, by whoever has one, and as the
// second, after a password. What is refused is told on the page that asked, which asks anew.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import { StoreUnavailable } from "../../db/store_fault.ts";
import { OperationError } from "../../errors.ts";
import { browserFamily } from "../../input/browser_family.ts";
import { seeOther } from "../../see_other.ts";
import type { LoginAnswer } from "../factors/pending_sign_ins.ts";
import { findPending } from "../factors/pending_store.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { passkeysOf } from "../passkeys/passkey_deps.ts";
import { renderCodes } from "./factor_page.ts";
import type { InteractionState } from "./interaction.ts";
import { goOn, keyOf, type StepDeps } from "./login_steps.ts";
import { addPasskeyOnTheWay } from "./new_passkey.ts";
import {
  completeByPasskey,
  type PasskeyLoginDeps,
  proveByPasskey,
  recordPasskeyRefusal,
} from "./passkey_login.ts";
import { leaveSignInFault, type SignInForm } from "./sign_in_fault.ts";

/** What the routes of a login lend. */
export interface LentByLogin {
  /** Reads a posted form of a page the sign-in is at; undefined: it was sent on. */
  submission(
    ctx: RouterContext,
  ): Promise<{ state: InteractionState; form: ReadonlyMap<string, string> } | undefined>;
  originOf(ctx: RouterContext): { clientAddress: string; browser: string | undefined; userAgent: string };
  showPage(ctx: RouterContext, status: number, html: string): void;
  dress(ctx: RouterContext): Promise<void>;
  complete(ctx: RouterContext, state: InteractionState, answer: LoginAnswer): Promise<void>;
  /** Of a sign-in whose first half counts no more. */
  begunAnew(ctx: RouterContext, state: InteractionState): void;
}

/** Adds them, unless browsers have no passkeys here: nobody's page posts to them there, and they are not found. */
export function addPasskeyRoutes(
  router: Router,
  deps: PasskeyLoginDeps & StepDeps & { mailPut(): void },
  { submission, originOf, complete, begunAnew, showPage, dress }: LentByLogin,
): void {
  if (passkeysOf(deps) === undefined) return;
  router.post("/interaction/:uid/passkey", async (ctx) => {
    const sent = await submission(ctx);
    if (sent === undefined) return;
    const { state, form } = sent;
    try {
      const told = { answer: form.get("answer") ?? "", remember: form.get("remember") !== undefined };
      const login = await proveByPasskey(deps, state, told, originOf(ctx));
      const factors = await listSecondFactors(deps.db, login.accountId);
      const answer = await goOn(deps, state, login, factors);
      if (answer === undefined) throw new Error("a passkey leaves nothing to be proven");
      await complete(ctx, state, answer);
    } catch (error) {
      await refuse(ctx, state, error, "login");
    }
  });

  router.post("/interaction/:uid/factor/passkey", async (ctx) => {
    const sent = await submission(ctx);
    if (sent === undefined) return;
    const { state, form } = sent;
    const pending = await findPending(deps.db, keyOf(state), deps.clock());
    if (pending?.step !== "prove") return begunAnew(ctx, state);
    const { accountId } = pending;
    try {
      await complete(ctx, state, await completeByPasskey(deps, state, accountId, form.get("answer") ?? ""));
    } catch (error) {
      // Of two that were sent at once one finished it; where it is by now, the way leads.
      if (error instanceof OperationError && error.code === "sign_in_expired") return begunAnew(ctx, state);
      await refuse(ctx, state, error, "factor", accountId);
    }
  });

  router.post("/interaction/:uid/factor/new-passkey", async (ctx) => {
    const sent = await submission(ctx);
    if (sent === undefined) return;
    const { state, form } = sent;
    const pending = await findPending(deps.db, keyOf(state), deps.clock());
    if (pending?.step !== "enroll_passkey") return begunAnew(ctx, state);
    const { accountId } = pending;
    const told = { answer: form.get("answer") ?? "", browser: browserFamily(originOf(ctx).userAgent) };
    try {
      const outcome = await addPasskeyOnTheWay(deps, state, accountId, told);
      deps.mailPut();
      if ("answer" in outcome) return await complete(ctx, state, outcome.answer);
      await dress(ctx);
      showPage(ctx, 200, renderCodes(state, outcome.codes.join("\n")));
    } catch (error) {
      const isOver =
        error instanceof OperationError && ["sign_in_expired", "factor_exists"].includes(error.code);
      if (isOver) return begunAnew(ctx, state);
      await refuse(ctx, state, error, "factor", accountId);
    }
  });

  async function refuse(
    ctx: RouterContext,
    state: InteractionState,
    error: unknown,
    page: SignInForm & ("login" | "factor"),
    accountId?: string,
  ): Promise<void> {
    if (!(error instanceof OperationError) || error instanceof StoreUnavailable || error.status >= 500)
      throw error;
    const { clientId } = state.client;
    const { clientAddress } = originOf(ctx);
    await recordPasskeyRefusal(deps, { clientId, clientAddress, ...(accountId ? { accountId } : {}) }, error);
    leaveSignInFault(
      { cookies: ctx.cookies, issuer: deps.issuer, clock: deps.clock },
      state.uid,
      page,
      error,
    );
    seeOther(ctx, `/interaction/${state.uid}/${page}`);
  }
}
