// Owns the first page of the account: who the person is here, and where they belong.
import type { AccountOrganization } from "../../views/account_pages.ts";
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import { findMailReturned } from "../accounts/mail_returned_store.ts";
import { accountSignInUrl } from "../clients/account_client.ts";
import type { FormOutcome } from "../edge/form_outcome.ts";
import { listSecondFactors } from "../factors/second_factor_store.ts";
import type { PresencePolicy } from "../presence/presence_policy.ts";
import { whyShut } from "../subjects/shut_place.ts";
import { shutInWords } from "../subjects/shut_words.ts";
import { addressIn, shownPerson } from "../tenants/person_in_tenant.ts";
import type { AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import { type AccountPerson, whyNotOwn } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";

/** The page. */
export const overviewPage = (deps: AccountPageDeps): AccountPageHandler => ({
  page: "account",
  show: async ({ person, outcome, shell }) => {
    const { account, memberships } = person;
    const { name, email } = shownPerson(account, memberships);
    return renderPage("account", {
      shell: shell({ title: currentWords().account.title, notice: noticeOf(outcome) }),
      name,
      email,
      // What the ISV says of a person it has proven.
      emailVerified: email !== account.email || account.emailVerifiedAtMs !== null,
      returnedUrl:
        (await findMailReturned(deps.db, account.id)) === undefined ? undefined : accountPages.email.path,
      nameUrl: whyNotOwn(person) === undefined ? accountPages.name.path : undefined,
      organizations: await organizationsOf(deps, person, email !== undefined),
    });
  },
});

// Every one that the person belongs to, as far as this sign-in may be told of it: one that is shut with the reason, and the way in.
async function organizationsOf(
  { db, issuer }: AccountPageDeps,
  { account, places, shut }: AccountPerson,
  sameEverywhere: boolean,
): Promise<AccountOrganization[]> {
  const asksPasskey = shut.some((place) => whyShut(place) === "passkey_required");
  const hasPasskey = asksPasskey && (await listSecondFactors(db, account.id)).passkeys > 0;
  const looking = { hasPasskey, signInUrl: accountSignInUrl(issuer, "account", { anew: true }) };
  return [...places, ...shut.filter(({ voucher }) => voucher === undefined)]
    .toSorted((one, other) => (one.tenant.id < other.tenant.id ? -1 : 1))
    .map((place) => ({
      name: place.tenant.name,
      presence: place.voucher && inWords(place.tenant.presencePolicy),
      // One by one where they know different addresses.
      email:
        place.voucher && !sameEverywhere ? (addressIn(account, place.membership) ?? undefined) : undefined,
      shut: shutInWords(place, looking),
    }));
}

function noticeOf(outcome: FormOutcome | undefined): string | undefined {
  switch (outcome?.["did"]) {
    case "renamed":
      return currentWords().nameForm.changed;
    case "same_name":
      return currentWords().nameForm.same;
    default:
      return undefined;
  }
}

function inWords(policy: PresencePolicy): string {
  const { presence } = currentWords();
  return policy.name === "within" ? presence.within(policy.hours) : presence[policy.name];
}
