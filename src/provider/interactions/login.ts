// Owns the login page and what its form does: who the person is, and when that was proven.
import type { InstallationPart } from "../../installation.ts";
import { signInFault } from "../../views/fault_words.ts";
import { renderPage } from "../../views/render.ts";
import type { AttemptOrigin } from "../accounts/attempt_rates.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { signIn } from "../accounts/sign_in.ts";
import { isOwnClient } from "../clients/own_clients.ts";
import type { Voucher } from "../sessions/voucher.ts";
import { isOpen, readPlaces } from "../subjects/places.ts";
import type { LoginResult } from "../subjects/signing_in_account.ts";
import { findTenant } from "../tenants/tenant_store.ts";
import { type InteractionState, shownApplication } from "./interaction.ts";
import type { SignInFault } from "./sign_in_fault.ts";

/** Who signed in, as oidc-provider keeps it in the session, and who vouches for it. */
export type LoginAnswer = {
  /** `remember`: the person chose to stay signed in on the device (sessions/login_life.ts). */
  login: { accountId: string; ts: number; amr: string[]; remember: boolean };
} & Required<LoginResult>;

/**
 * Draws the login page.
 * @param failed the last attempt, if there was one, with what was typed
 */
export async function renderLogin(
  { db, sendsMail }: InstallationPart<"db"> & { sendsMail: boolean },
  state: InteractionState,
  failed?: SignInFault & { email: string | undefined },
): Promise<string> {
  const tenantId = state.params.get("tenant");
  const tenant = tenantId === undefined ? undefined : await findTenant(db, tenantId);
  // Whoever looks at this page may be anybody: it names a tenant only if that chose to be found.
  const shown = tenant?.discoverable && tenant.disabledAtMs === null ? tenant : undefined;
  return renderPage("login", {
    form: { action: `/interaction/${state.uid}/login` },
    email: failed?.email ?? state.params.get("login_hint"),
    ...(failed
      ? {
          error: signInFault(failed.code, failed.waitSeconds),
          wrongFields: failed.code === "invalid_credentials" ? ["email", "password"] : [],
        }
      : {}),
    ...shownApplication(state.client),
    tenantName: shown?.name,
    cancelAction: `/interaction/${state.uid}/abort`,
    ...(sendsMail ? { forgotUrl: `/account/forgot?from=${state.uid}` } : {}),
  });
}

/**
 * Signs the person in. Who could get no token in any tenant this login would open is told so here, where a person
 * reads it, and not by the application later.
 * @param state the interaction, whose request may name the tenant
 * @param origin the browser's address, as the trusted proxies report it, and its own mark
 * @throws OperationError as signIn does, and whatever refuses the person a token
 */
export async function answerLogin(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain"> & { passwords: Passwords },
  state: InteractionState,
  form: ReadonlyMap<string, string>,
  origin: AttemptOrigin,
): Promise<LoginAnswer> {
  const login = form.get("email") ?? "";
  const account = await signIn(deps, { login, password: form.get("password") ?? "", ...origin });
  // Whole seconds, rounded down: rounded up, auth_time would lie in the future.
  const ts = Math.floor(deps.clock().getTime() / 1000);
  const { signInGeneration: generation, membershipEndings } = account;
  const voucher = {
    ...({ method: "password", tenantId: null, clientId: null } as const),
    generation,
    membershipEndings,
    ...({ memberSinceMs: null, clientGeneration: null, tenantGeneration: null } as const),
  };
  const remember = form.get("remember") !== undefined;
  await assertUseful(
    deps,
    account.id,
    { ...voucher, amr: ["pwd"], acr: undefined, authTimeMs: ts * 1000 },
    state,
  );
  return { login: { accountId: account.id, ts, amr: ["pwd"], remember }, voucher };
}

async function assertUseful(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain"> & { passwords: Passwords },
  accountId: string,
  voucher: Voucher,
  state: InteractionState,
): Promise<void> {
  if (isOwnClient(state.client.clientId)) return;
  const { places } = await readPlaces(deps, accountId, [voucher]);
  const required = state.params.get("tenant");
  const wanted = places.filter(({ tenant }) => required === undefined || tenant.id === required);
  const opened = wanted.filter((place) => place.voucher !== undefined);
  const [first] = opened;
  // Where it opens nothing, the tenant page says so.
  if (first?.refusal === undefined || opened.some(isOpen)) return;
  throw first.refusal;
}
