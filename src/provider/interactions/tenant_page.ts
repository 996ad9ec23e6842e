// Owns the page on which a person with several memberships chooses a tenant, and what choosing does.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { signInFault } from "../../views/fault_words.ts";
import { renderPage } from "../../views/render.ts";
import { findAccount } from "../accounts/account_store.ts";
import { findMembership, listMembershipsOfAccount } from "../tenants/membership_store.ts";
import { shownPerson } from "../tenants/person_in_tenant.ts";
import { type InteractionState, shownApplication } from "./interaction.ts";
import { type TenantResult, tenantPrompt } from "./prompts.ts";
import type { SignInFault } from "./sign_in_fault.ts";

/**
 * The refusal behind a tenant prompt that has nothing to choose from.
 * @returns undefined where there is a choice
 */
export function tenantRefusal(state: InteractionState): OperationError | undefined {
  const fix = "Sign in with another account, or ask the tenant's administrator to add this one.";
  if (state.reasons.includes("not_a_member")) {
    const tenant = state.params.get("tenant") ?? "";
    return new OperationError("not_a_member", `This account is no member of the tenant ${tenant}.`, { fix });
  }
  if (state.reasons.includes("no_membership")) {
    return new OperationError("not_a_member", "This account belongs to no tenant.", { fix });
  }
  return undefined;
}

/** Draws the tenant choice. */
export async function renderTenantChoice(
  db: Database,
  state: InteractionState,
  failed?: SignInFault,
): Promise<string> {
  const accountId = state.accountId ?? "";
  const [account, memberships] = await Promise.all([
    findAccount(db, accountId),
    listMembershipsOfAccount(db, accountId),
  ]);
  const offered = memberships.filter(({ tenantId }) => state.tenantIds.includes(tenantId));
  return renderPage("tenant_choice", {
    form: { action: `/interaction/${state.uid}/tenant` },
    tenants: offered.map(({ tenantId, tenantName }) => ({
      id: tenantId,
      name: tenantName,
      detail: tenantId,
    })),
    accountEmail: account && shownPerson(account, offered).email,
    ...shownApplication(state.client),
    ...(failed ? { error: signInFault(failed.code) } : {}),
    cancelAction: `/interaction/${state.uid}/abort`,
  });
}

/**
 * Takes the choice. It counts only as long as the membership does: every token asks again.
 * @throws OperationError not_a_member
 */
export async function answerTenantChoice(
  db: Database,
  state: InteractionState,
  form: ReadonlyMap<string, string>,
): Promise<{ [tenantPrompt]: TenantResult }> {
  const tenantId = form.get("tenant") ?? "";
  const offered = state.tenantIds.includes(tenantId);
  if (offered && (await findMembership(db, tenantId, state.accountId ?? "")))
    return { [tenantPrompt]: { tenantId } };
  throw new OperationError("not_a_member", "Your account is no member of this tenant.", { field: "tenant" });
}
