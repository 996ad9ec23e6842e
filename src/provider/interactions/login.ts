// Owns the login page and what its form does: who the person is, and when that was proven.
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import type { OperationError } from "../../errors.ts";
import { signInFault } from "../../views/fault_words.ts";
import { renderPage } from "../../views/render.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { signIn } from "../accounts/sign_in.ts";
import { findTenant } from "../tenants/tenant_store.ts";
import type { InteractionState } from "./interaction.ts";

/** What the login page needs. */
export interface LoginDeps {
  db: Database;
  clock: Clock;
  passwords: Passwords;
}

/** Who signed in, as oidc-provider keeps it in the session. */
export type LoginAnswer = {
  login: { accountId: string; ts: number; amr: string[]; remember: boolean };
};

/**
 * Draws the login page.
 * @param failed the last attempt, if there was one
 */
export async function renderLogin(
  { db }: LoginDeps,
  state: InteractionState,
  failed?: { email: string; error: OperationError },
): Promise<string> {
  const tenantId = state.params.get("tenant");
  const tenant = tenantId === undefined ? undefined : await findTenant(db, tenantId);
  return renderPage("login", {
    form: { action: `/interaction/${state.uid}/login` },
    email: failed?.email ?? state.params.get("login_hint"),
    ...(failed
      ? {
          error: signInFault(failed.error),
          wrongFields: failed.error.code === "invalid_credentials" ? ["email", "password"] : [],
        }
      : {}),
    clientName: state.client.clientName ?? state.client.clientId,
    tenantName: tenant?.name,
    cancelAction: `/interaction/${state.uid}/abort`,
  });
}

/**
 * Signs the person in.
 * @param clientAddress the browser's, as the trusted proxies report it
 * @throws OperationError as signIn does
 */
export async function answerLogin(
  deps: LoginDeps,
  form: ReadonlyMap<string, string>,
  clientAddress: string,
): Promise<LoginAnswer> {
  const login = form.get("email") ?? "";
  const account = await signIn(deps, { login, password: form.get("password") ?? "", clientAddress });
  // Whole seconds, rounded down: auth_time must never lie in the future.
  const ts = Math.floor(deps.clock().getTime() / 1000);
  return { login: { accountId: account.id, ts, amr: ["pwd"], remember: true } };
}
