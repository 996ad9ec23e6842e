// Owns the page on which a person changes their name: the one tokens carry wherever no application said another.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { nameRule, readText } from "../../input/text.ts";
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import { saveName } from "../accounts/account_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import type { AccountFormHandler, AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import { type AccountPerson, holdAccountPerson, whyNotOwn } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";
import { notHereLines, showRefusal } from "./form_page.ts";

/** The page. */
export const namePage: AccountPageHandler = {
  page: "name",
  show: async ({ person, refusal, typed, shell, form }) => {
    const why = whyNotOwn(person);
    const words = currentWords();
    const { title, told, label, submit } = words.nameForm;
    const { errors, faultOf } = showRefusal(refusal, ["name"]);
    const name = typed["name"] ?? person.account.name ?? "";
    return renderPage("account_form", {
      shell: shell({ title: errors === undefined ? title : words.frame.errorTitle(title) }),
      ...(why === undefined ? { lines: [told], form: form() } : { lines: notHereLines(why, "name") }),
      fields: [
        {
          id: "name",
          label,
          value: name,
          autocomplete: "name",
          required: true,
          maxLength: nameRule.most,
          error: faultOf("name"),
        },
      ],
      submitLabel: submit,
      cancelUrl: accountPages.account.path,
      errors,
    });
  },
};

/** Its form. */
export function nameForm(deps: AccountPageDeps): AccountFormHandler {
  return {
    keeps: ["name"],
    act: async ({ person, fields }) => {
      const name = parseName(fields.get("name"));
      const changed = await changeName(deps, person, name);
      return { outcome: { did: changed ? "renamed" : "same_name" }, page: "account" };
    },
  };
}

function parseName(sent: string | undefined): string {
  const read = readText(sent, nameRule);
  if ("text" in read) return read.text;
  throw new OperationError("invalid_input", `Name ${read.fault}.`, {
    field: "name",
    reason: { name: "name_form", values: {} },
    fix: "Write it with letters that can be seen, at most 200.",
  });
}

/**
 * Changes it.
 * @returns whether it was another before
 * @throws OperationError unauthenticated, where the sign-in ended meanwhile; forbidden, where the account is not changed here
 */
async function changeName(deps: AccountPageDeps, person: AccountPerson, name: string): Promise<boolean> {
  return deps.db.transaction(async (trx) => {
    const held = await holdAccountPerson(deps, trx, person);
    if (whyNotOwn(held) !== undefined)
      throw new OperationError("forbidden", "Your name is not changed here.", {
        reason: { name: "not_changed_here", values: {} },
        fix: "Ask the people who run the application you sign in through.",
      });
    const { id: accountId, name: before } = held.account;
    if (before === name) return false;
    const now = deps.clock();
    await saveName(trx, accountId, name, now);
    const details = { by: "person", name, ...(before === null ? {} : { nameWas: before }) };
    const tenantIds = await listTenantIdsOfAccount(trx, accountId);
    const actor = `account:${accountId}`;
    await createAuditEventInTenants(
      trx,
      { type: "account.name_set", actor, accountId, details },
      tenantIds,
      now,
    );
    return true;
  });
}
