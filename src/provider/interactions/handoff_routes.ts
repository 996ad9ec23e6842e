// Owns the browser's side of handoff: out to the ISV's page with a challenge, back with a verifier.
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { InteractionResults } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import type { InstallationPart } from "../../installation.ts";
import { consoleClientId } from "../clients/console_client.ts";
import { beginHandoff, type HandoffOutcome, handoffAcr, redeemHandoff } from "../handoff/login_handoff.ts";
import { readVouched } from "../sessions/voucher.ts";
import type { LoginResult } from "../subjects/signing_in_account.ts";
import { findTenant } from "../tenants/tenant_store.ts";
import { describeForIsv, goesToIsv } from "./handoff_request.ts";
import type { InteractionState } from "./interaction.ts";
import { tenantPrompt } from "./prompts.ts";

/**
 * Decides where this sign-in happens and, if at the ISV, begins the handoff.
 * @param chosenHere whether the person asked for the login page here
 * @returns the URL of the ISV's page with its challenge; undefined: show the login page here
 */
export async function startHandoff(
  deps: InstallationPart<"db" | "clock" | "issuer" | "loginUrl" | "requireVerifiedDomain">,
  state: InteractionState,
  chosenHere = false,
): Promise<string | undefined> {
  // An application's word opens no administration.
  if (state.client.clientId === consoleClientId) return undefined;
  const tenantId = state.params.get("tenant") ?? state.params.get("tenant_hint");
  const tenant = tenantId === undefined ? undefined : await findTenant(deps.db, tenantId);
  const { loginUrl } = deps;
  if (loginUrl === undefined || !goesToIsv(loginUrl, tenant?.loginMethod)) return undefined;
  if (chosenHere && tenant?.loginMethod !== "handoff") return undefined;
  const url = new URL(loginUrl);
  url.searchParams.set(
    "login_challenge",
    await beginHandoff(deps, describeForIsv(state, deps.clock()), state.browserKey),
  );
  return url.href;
}

/**
 * Adds the address the browser returns to.
 * @param stateOf reads the interaction of the browser's cookie
 * @param finish ends the interaction and sends the browser on
 */
export function addHandoffReturn(
  router: Router,
  deps: InstallationPart<"db" | "clock" | "issuer" | "loginUrl" | "requireVerifiedDomain">,
  stateOf: (ctx: RouterContext) => Promise<InteractionState>,
  finish: (ctx: RouterContext, state: InteractionState, answer: InteractionResults) => Promise<void>,
): void {
  router.get("/interaction/:uid/handoff", async (ctx) => {
    const state = await stateOf(ctx);
    const verifier = onceEach(parseFormText(ctx.querystring)).get("login_verifier");
    if (verifier === undefined) {
      throw new OperationError("invalid_input", "login_verifier must be there, once.", {
        field: "login_verifier",
      });
    }
    await finish(ctx, state, interactionResult(await redeemHandoff(deps, state.uid, verifier)));
  });
}

function interactionResult(outcome: HandoffOutcome): InteractionResults {
  if (outcome.kind === "rejected") return { error: outcome.error, error_description: outcome.description };
  const { kind: _kind, accountId, authTime, amr, tenantId, clientId = null, ...kept } = outcome;
  const voucher: LoginResult["voucher"] = readVouched({ method: "handoff", tenantId, clientId, ...kept });
  return {
    // How long people stay signed in at the ISV's page is its own; here nobody asked to.
    login: { accountId, ts: authTime, amr, acr: handoffAcr, remember: false },
    voucher,
    [tenantPrompt]: { tenantId },
  };
}
