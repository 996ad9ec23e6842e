// Owns passkeys in a login: the form its pages show, and what its answer proves, as the first factor and as the second.
import { countAuditEvent } from "../../audit/audit_store.ts";
import type { OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import type { InstallationPart } from "../../installation.ts";
import { passkeyAmr } from "../../login_levels.ts";
import { one } from "../../observability/metric_table.ts";
import { tell } from "../../observability/recorder.ts";
import { currentWords } from "../../views/frame.ts";
import type { PasskeyForm } from "../../views/parts.ts";
import { type AttemptOrigin, attemptKeysOf, knownForMs } from "../accounts/attempt_rates.ts";
import { saveKnown } from "../accounts/sign_in_attempt_store.ts";
import { completePending, type LoginAnswer, type OwnLogin } from "../factors/pending_sign_ins.ts";
import { type PasskeyDeps, passkeysOf } from "../passkeys/passkey_deps.ts";
import { offerPasskey, provePasskey } from "../passkeys/use_passkey.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import type { InteractionState } from "./interaction.ts";
import { keyOf } from "./login_steps.ts";

/** What passkeys need in a login. */
export type PasskeyLoginDeps = InstallationPart<"db" | "clock" | "log" | "issuer" | "secrets">;

/**
 * The form by which a passkey is used. Nothing is looked up for it, unless it is for somebody whose password was proven.
 * @param of `accountId`: whose password was proven, and who said then whether they stay signed in; `stay`: where it is said
 * @returns undefined where there are none: at this address, or of this person
 */
export async function passkeyForm(
  deps: PasskeyLoginDeps,
  state: InteractionState,
  { accountId, stay }: { accountId?: string; stay?: PasskeyForm["stay"] } = {},
): Promise<PasskeyForm | undefined> {
  const passkeys = passkeysOf(deps);
  const question = passkeys && (await offerPasskey(passkeys, signInOf(state, accountId)));
  if (question === undefined) return undefined;
  const words = currentWords().passkeys;
  return {
    form: { action: `/interaction/${state.uid}/${accountId === undefined ? "" : "factor/"}passkey` },
    kind: "get",
    question: JSON.stringify(question),
    quiet: accountId === undefined,
    stay,
    label: words.use,
    without: words.cannotUse,
    failed: words.noneUsed,
    exists: words.noneUsed,
  };
}

/**
 * Proves who a person is by a passkey, which counts as two factors.
 * @param told the answer as it was posted, and whether the person stays signed in on the device
 * @param origin the browser, which is known to the account from now on
 * @throws OperationError as provePasskey does
 */
export async function proveByPasskey(
  deps: PasskeyLoginDeps,
  state: InteractionState,
  { answer, remember }: { answer: string; remember: boolean },
  origin: AttemptOrigin,
): Promise<OwnLogin> {
  const { account } = await provePasskey(presentOf(deps), signInOf(state), answer);
  await rememberBrowser(deps, account.email, origin);
  return {
    accountId: account.id,
    generation: account.signInGeneration,
    membershipEndings: account.membershipEndings,
    amr: [...passkeyAmr],
    authTimeMs: deps.clock().getTime(),
    remember,
  };
}

/**
 * Completes a half-done sign-in by a passkey of the same person.
 * @throws OperationError as provePasskey does; sign_in_expired if the half that was done counts no more
 */
export async function completeByPasskey(
  deps: PasskeyLoginDeps,
  state: InteractionState,
  accountId: string,
  answer: string,
): Promise<LoginAnswer> {
  await provePasskey(presentOf(deps), signInOf(state, accountId), answer);
  const login = await deps.db.transaction((trx) =>
    completePending(trx, keyOf(state), accountId, passkeyAmr, deps.clock()),
  );
  tell(deps.db, one("tti_second_steps_total", { outcome: "succeeded", method: "passkey" }));
  return login;
}

/**
 * Records that a passkey was refused: so that equal ones of a minute are one.
 * @param accountId whose password was proven; absent: nobody is
 */
export async function recordPasskeyRefusal(
  { db, clock, log }: PasskeyLoginDeps,
  { clientId, clientAddress, accountId }: { clientId: string; clientAddress: string; accountId?: string },
  { code: reason }: OperationError,
): Promise<void> {
  const base = {
    type: "sign_in.refused",
    actor: "nobody",
    clientId,
    details: { by: "passkey", reason },
  } as const;
  const tenantIds = accountId === undefined ? [] : await listTenantIdsOfAccount(db, accountId);
  const now = clock();
  await db.transaction(async (trx) => {
    for (const tenantId of tenantIds.length === 0 ? [undefined] : tenantIds)
      await countAuditEvent(trx, { ...base, accountId, tenantId }, now);
  });
  log.info({ reason, accountId, clientId, address: clientAddress }, "passkey refused");
}

/** What passkeys need, at an address that has them: nobody comes here at another. */
export function presentOf(deps: PasskeyLoginDeps): PasskeyDeps {
  const passkeys = passkeysOf(deps);
  if (passkeys === undefined) throw new Error("browsers have no passkeys at this address, and sent one");
  return passkeys;
}

// Whoever signed in in a browser is not slowed down there by what others try.
async function rememberBrowser({ db, clock }: PasskeyLoginDeps, email: string | null, origin: AttemptOrigin) {
  if (email === null) return;
  const { knownAddressHash, knownBrowserHash } = attemptKeysOf(loginKeyOf(email), origin);
  for (const mark of [knownAddressHash, knownBrowserHash])
    if (mark !== undefined) await saveKnown(db, mark, clock().getTime() + knownForMs);
}

const signInOf = ({ uid, browserKey }: InteractionState, accountId?: string) => ({
  interactionUid: uid,
  browserKey,
  ...(accountId === undefined ? {} : { accountId }),
});
