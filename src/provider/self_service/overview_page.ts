// Owns the first page of the account: who the person is here, and where they belong.
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import type { FormOutcome } from "../edge/form_outcome.ts";
import type { PresencePolicy } from "../presence/presence_policy.ts";
import { addressIn, shownPerson } from "../tenants/person_in_tenant.ts";
import type { AccountPageHandler } from "./account_page_routes.ts";
import { whyNotOwn } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";

export const overviewPage: AccountPageHandler = {
  page: "account",
  show: async ({ person, outcome, shell }) => {
    const { account, tenants, memberships } = person;
    const { name, email } = shownPerson(account, memberships);
    return renderPage("account", {
      shell: shell({ title: currentWords().account.title, notice: noticeOf(outcome) }),
      name,
      email,
      // What the ISV says of a person it has proven.
      emailVerified: email !== account.email || account.emailVerifiedAtMs !== null,
      nameUrl: whyNotOwn(person) === undefined ? accountPages.name.path : undefined,
      organizations: tenants.map((tenant, place) => ({
        name: tenant.name,
        presence: inWords(tenant.presencePolicy),
        // One by one where they know different addresses.
        email: email === undefined ? (addressIn(account, memberships[place]) ?? undefined) : undefined,
      })),
    });
  },
};

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
