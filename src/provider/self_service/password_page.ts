// Owns the page on which a person changes their password: by the one they have. Trying it is a try to sign in, and is counted as
// one. Whoever knew the one before is signed out everywhere; this session goes on.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { LoginNames } from "../../audit/login_names.ts";
import { StoreUnavailable } from "../../db/store_fault.ts";
import { OperationError } from "../../errors.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import { hasPassword, savePasswordHash } from "../accounts/account_store.ts";
import type { AttemptOrigin } from "../accounts/attempt_rates.ts";
import { listKnownOfPerson } from "../accounts/known_of_person_store.ts";
import type { Passwords } from "../accounts/passwords.ts";
import { signIn } from "../accounts/sign_in.ts";
import { accountClientId } from "../clients/account_client.ts";
import { recordSignInRefusal } from "../interactions/sign_in_refusal.ts";
import { endSignIns } from "../sessions/end_sign_ins.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import type { AccountFormHandler, AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import { type AccountPerson, holdAccountPerson, whyNotOwn } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";
import { notHereLines, showRefusal } from "./form_page.ts";

/** What changing a password takes besides. */
export interface PasswordPageDeps extends AccountPageDeps {
  passwords: Passwords;
  loginNames: LoginNames;
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
}

/** The page. */
export function passwordPage(deps: PasswordPageDeps): AccountPageHandler {
  return {
    page: "password",
    script: true,
    show: async ({ person, outcome, refusal, shell, form }) => {
      const lines = await whyNot(deps, person);
      const { errors, faultOf } = showRefusal(refusal, ["current", "password"]);
      const all = currentWords();
      const { passwordForm: words } = all;
      return renderPage("account_form", {
        shell: shell({
          title: errors === undefined ? words.title : all.frame.errorTitle(words.title),
          notice: outcome?.["did"] === "changed" ? words.changed : undefined,
        }),
        lines: lines ?? [words.lead],
        form: lines === undefined ? form() : undefined,
        username: person.account.email ?? undefined,
        fields: [
          {
            id: "current",
            label: words.current,
            type: "password",
            autocomplete: "current-password",
            required: true,
            maxLength: 1024,
            error: faultOf("current"),
          },
          {
            id: "password",
            label: words.password,
            type: "password",
            autocomplete: "new-password",
            hint: all.newPassword.hint,
            required: true,
            maxLength: 1024,
            error: faultOf("password"),
          },
        ],
        submitLabel: words.submit,
        cancelUrl: accountPages.account.path,
        errors,
      });
    },
  };
}

/** Its form. */
export function passwordForm(deps: PasswordPageDeps): AccountFormHandler {
  return {
    // The password alone is no fresh sign-in of somebody who has a second factor by now: a session that somebody opened with
    // the password before must not take it.
    recent: true,
    act: async ({ person, fields, origin }) => {
      const [current, password] = [fields.get("current") ?? "", fields.get("password") ?? ""];
      await changePassword(deps, person, { current, password, origin });
      deps.mailPut();
      return { outcome: { did: "changed" } };
    },
  };
}

/**
 * Changes it.
 * @throws OperationError forbidden, where there is none here; too_many_attempts and invalid_credentials, for the current one;
 *   invalid_input, naming the new one; unauthenticated, where the sign-in ended meanwhile
 */
async function changePassword(
  deps: PasswordPageDeps,
  person: AccountPerson,
  { current, password, origin }: { current: string; password: string; origin: AttemptOrigin },
): Promise<void> {
  const { email } = person.account;
  if (email === null || (await whyNot(deps, person)) !== undefined) {
    throw new OperationError("forbidden", "There is no password here to change.", {
      reason: { name: "not_changed_here", values: {} },
      fix: "Sign in as you always do.",
    });
  }
  await proveCurrent(deps, person, { login: email, password: current, ...origin });
  if (password === current) {
    throw new OperationError("invalid_input", "The new password is the one you have.", {
      field: "password",
      reason: { name: "password_same", values: {} },
      fix: "Choose another one.",
    });
  }
  const known = await listKnownOfPerson(deps.db, person.accountId);
  const passwordHash = await deps.passwords.hashNewPassword(password, known);
  await deps.db.transaction(async (trx) => {
    const { accountId, session } = await holdAccountPerson(deps, trx, person);
    const now = deps.clock();
    const actor = `account:${accountId}`;
    await savePasswordHash(trx, accountId, passwordHash, now);
    const set = { type: "account.password_set", actor, accountId, details: { by: "person" } } as const;
    await createAuditEventInTenants(trx, set, await listTenantIdsOfAccount(trx, accountId), now);
    const { sessionUid: keptSessionUid } = session;
    await endSignIns(trx, { accountId, reason: set.type, actor, keptSessionUid }, now);
    await createMail(
      trx,
      { kind: "password_changed", recipient: email, accountId, details: { how: "page" } },
      now,
    );
  });
}

// Counted and answered as at the sign-in, so that a session somebody left open is no place to guess at.
async function proveCurrent(
  deps: PasswordPageDeps,
  person: AccountPerson,
  attempt: { login: string; password: string } & AttemptOrigin,
): Promise<void> {
  const account = await signIn(deps, attempt).catch(async (error: unknown) => {
    if (!(error instanceof OperationError) || error instanceof StoreUnavailable) throw error;
    if (error.code === "overloaded") throw error;
    await recordSignInRefusal(deps, { ...attempt, clientId: accountClientId }, error);
    throw error.code === "invalid_credentials" ? notTheCurrent() : error;
  });
  // The address may be somebody else's by now.
  if (account.id !== person.accountId) throw notTheCurrent();
}

const notTheCurrent = (): OperationError =>
  new OperationError("invalid_credentials", "This is not your current password.", {
    field: "current",
    reason: { name: "current_password", values: {} },
    fix: "Type it once more.",
  });

async function whyNot(
  { db }: AccountPageDeps,
  person: AccountPerson,
): Promise<readonly string[] | undefined> {
  if (!(await hasPassword(db, person.accountId))) {
    return currentWords().passwordForm.none;
  }
  const why = whyNotOwn(person);
  return why && notHereLines(why, "password");
}
