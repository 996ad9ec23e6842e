// Owns the first two pages of a login, the address and then what opens the account, and what their form does: who the
// person is, and when that was proven. Neither page tells whether there is such an account: the second one is the same for
// everybody, and nothing is looked up before it is sent.
import type { InstallationPart } from "../../installation.ts";
import { signInFault } from "../../views/fault_words.ts";
import { currentWords } from "../../views/frame.ts";
import type { PasskeyForm } from "../../views/parts.ts";
import { renderPage } from "../../views/render.ts";
import { findAccount } from "../accounts/account_store.ts";
import type { AttemptOrigin } from "../accounts/attempt_rates.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { signIn } from "../accounts/sign_in.ts";
import type { OwnLogin } from "../factors/pending_sign_ins.ts";
import { listVouchers } from "../sessions/voucher_store.ts";
import { findTenant } from "../tenants/tenant_store.ts";
import { type InteractionState, shownAtLogin } from "./interaction.ts";
import { type PasskeyLoginDeps, passkeyForm } from "./passkey_login.ts";
import type { SignInFault } from "./sign_in_fault.ts";

type PageDeps = PasskeyLoginDeps & { sendsMail: boolean };

/**
 * Draws the page that asks for the address. What keeps passwords fills in both there, unseen, and then one page is enough.
 * @param failed why it is shown again
 * @param email what is filled in
 */
export async function renderAddress(
  deps: PageDeps,
  state: InteractionState,
  failed?: SignInFault,
  email: string | undefined = state.params.get("login_hint"),
): Promise<string> {
  return renderPage("login", {
    ...(await pageOf(deps, state, failed, "asked")),
    email: failed?.email ?? email,
  });
}

/**
 * The address of whoever signs in anew in their own session, so that they need not type it again. It stands on every page of theirs in
 * this browser as long as a login of theirs holds in it, and no longer here either.
 */
export async function addressHere(
  { db, clock }: PageDeps,
  { accountId, sessionUid }: InteractionState,
): Promise<string | undefined> {
  if (accountId === undefined || sessionUid === undefined) return undefined;
  const logins = await listVouchers(db, { accountId, sessionUid }, clock());
  if (!logins.some(({ method }) => method === "password")) return undefined;
  const account = await findAccount(db, accountId);
  return account?.disabledAtMs === null ? (account.email ?? undefined) : undefined;
}

/** Draws the page that asks for the password of an address. */
export async function renderPassword(
  deps: PageDeps,
  state: InteractionState,
  email: string,
  failed?: SignInFault,
): Promise<string> {
  return renderPage("password", {
    ...(await pageOf(deps, state, failed, "on_page")),
    email,
    otherUrl: `/interaction/${state.uid}/login`,
    wrongPassword: failed?.code === "invalid_credentials",
  });
}

async function pageOf(
  deps: PageDeps,
  state: InteractionState,
  failed: SignInFault | undefined,
  stay: PasskeyForm["stay"],
) {
  const { db, sendsMail } = deps;
  const tenantId = state.params.get("tenant");
  const tenant = tenantId === undefined ? undefined : await findTenant(db, tenantId);
  // Whoever looks at this page may be anybody: it names a tenant only if that chose to be found.
  const shown = tenant?.discoverable && tenant.disabledAtMs === null ? tenant : undefined;
  return {
    form: { action: `/interaction/${state.uid}/login` },
    passkey: await passkeyForm(deps, state, { stay }),
    ...(failed ? { error: wordsOf(failed, sendsMail), errorWay: failed.way } : {}),
    ...shownAtLogin(state.client),
    tenantName: shown?.name,
    cancelAction: `/interaction/${state.uid}/abort`,
    ...(sendsMail ? { forgotUrl: `/account/forgot?from=${state.uid}` } : {}),
  };
}

// Whoever forgot a password finds the way to another one on the page, where mail is sent.
const wordsOf = ({ code, waitSeconds }: SignInFault, sendsMail: boolean): string =>
  code === "invalid_credentials" && sendsMail && waitSeconds === undefined
    ? currentWords().signIn.wrongForgot
    : signInFault(code, waitSeconds);

/**
 * Proves who a person is by address and password.
 * @param origin the browser's address, as the trusted proxies report it, and its own mark
 * @throws OperationError as signIn does
 */
export async function provePassword(
  deps: InstallationPart<"db" | "clock"> & { passwords: Passwords },
  form: ReadonlyMap<string, string>,
  origin: AttemptOrigin,
): Promise<OwnLogin> {
  const credentials = { login: form.get("email") ?? "", password: form.get("password") ?? "" };
  const account = await signIn(deps, { ...credentials, ...origin });
  return {
    accountId: account.id,
    generation: account.signInGeneration,
    membershipEndings: account.membershipEndings,
    amr: ["pwd"],
    authTimeMs: deps.clock().getTime(),
    remember: form.get("remember") !== undefined,
  };
}
