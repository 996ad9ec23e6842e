// Owns the first page of the account: who the person is here, and where they belong.
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
      shell: shell({ title: "Your account", notice: noticeOf(outcome) }),
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
      return "Your name is changed.";
    case "same_name":
      return "Your name stays as it is.";
    default:
      return undefined;
  }
}

function inWords(policy: PresencePolicy): string {
  switch (policy.name) {
    case "session":
      return "Applications may act for you only while you are signed in.";
    case "within":
      return `Applications may act for you up to ${policy.hours} hours after your last sign-in.`;
    case "offline":
      return "Applications may act for you while you are away, if you allow it under Applications.";
    case "never":
      return "Applications may never act for you while you are away.";
  }
}
