// Owns the page on which a person with several memberships chooses a tenant, and what choosing does.
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import { signInFault } from "../../views/fault_words.ts";
import type { WayOn } from "../../views/page_frame.ts";
import { renderPage } from "../../views/render.ts";
import { findAccount } from "../accounts/account_store.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import { provenBy } from "../sessions/voucher.ts";
import { listVouchers } from "../sessions/voucher_store.ts";
import { readPlaces } from "../subjects/places.ts";
import { firstShut, PlaceShut, toldPlaces, wayInto } from "../subjects/shut_place.ts";
import { linkOf } from "../subjects/shut_words.ts";
import { findMembership, listMembershipsOfAccount } from "../tenants/membership_store.ts";
import { shownPerson } from "../tenants/person_in_tenant.ts";
import { type InteractionState, shownApplication } from "./interaction.ts";
import { type TenantResult, tenantPrompt } from "./prompts.ts";
import type { SignInFault } from "./sign_in_fault.ts";

/**
 * The refusal of a tenant prompt that has nothing to choose from: of an organization of the person's own that is shut, its reason; of any
 * other, that they do not belong there.
 * @returns the refusal and what mends it; undefined where there is a choice
 */
export async function tenantRefusal(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain">,
  state: InteractionState,
): Promise<TenantRefusal | undefined> {
  if (!state.reasons.some((reason) => reason === "not_a_member" || reason === "no_membership"))
    return undefined;
  const again = `/interaction/${state.uid}/login`;
  const { accountId = "", sessionUid = "" } = state;
  const vouchers = await listVouchers(deps.db, { sessionUid, accountId }, deps.clock());
  const { places } = await readPlaces(deps, accountId, vouchers);
  const asked = state.params.get("tenant");
  const named = toldPlaces(places, vouchers).filter(
    ({ tenant }) => asked === undefined || tenant.id === asked,
  );
  const by = vouchers.toSorted((one, other) => other.authTimeMs - one.authTimeMs)[0];
  const refused = { by: by && provenBy(by), ways: [] };
  const shut = firstShut(named);
  if (shut === undefined) {
    const what = asked === undefined ? "belongs to no tenant" : `is no member of the tenant ${asked}`;
    return { ...refused, error: new OperationError("not_a_member", `This account ${what}.`, { fix }), again };
  }
  const { passkeys } = await listSecondFactors(deps.db, accountId);
  const way = wayInto(shut.place, shut.code, passkeys > 0);
  return {
    ...refused,
    error: new PlaceShut(shut.place, shut.code),
    tenantId: shut.place.tenant.id,
    ways: way === undefined ? [] : [linkOf(way, shut.place.tenant.id, { signInUrl: again })],
    ...(way === "sign_in" ? {} : { again }),
  };
}

const fix = "Sign in with another account, or ask the tenant's administrator to add this one.";

/** Why a person does not go on, and what they can do. */
export interface TenantRefusal {
  error: OperationError;
  /** The organization of theirs that it is about. */
  tenantId?: string;
  /** How the session was proven last. */
  by: ReturnType<typeof provenBy> | undefined;
  ways: readonly WayOn[];
  /** Where another account may be tried; absent: one of the ways leads there. */
  again?: string;
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
