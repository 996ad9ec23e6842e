// Owns which pages the account has, which of them are tabs, and to which pages of ours a sign-in may lead. A page that is new
// gets its line here.
import type { Tabs } from "../../views/parts.ts";

interface AccountPageEntry {
  path: string;
  /** The tab it is opened by; absent: other pages lead to it. */
  tab?: string;
  /** For a page without a tab of its own: under which it stands. */
  under?: string;
}

/** The pages, in the order of their tabs. Their names go through a sign-in as its state. */
export const accountPages = {
  account: { path: "/account", tab: "Overview" },
  name: { path: "/account/name", under: "account" },
  // The address below /account that is named after passwords is a mailed link's.
  password: { path: "/account/change-password", tab: "Password" },
  applications: { path: "/account/applications", tab: "Applications" },
} as const satisfies Readonly<Record<string, AccountPageEntry>>;

export type AccountPageName = keyof typeof accountPages;

/** The tabs, as one of the pages shows them. */
export function accountTabs(shown: AccountPageName): Tabs {
  const pages: readonly (readonly [string, AccountPageEntry])[] = Object.entries(accountPages);
  const current: AccountPageEntry = accountPages[shown];
  return {
    label: "Your account",
    tabs: pages.flatMap(([name, { path, tab }]) =>
      tab === undefined ? [] : [{ label: tab, url: path, current: name === (current.under ?? shown) }],
    ),
  };
}

/**
 * Where a sign-in goes on: one of these pages, or the portal; nothing else is ever gone to.
 * @param state as it came back; anything unknown leads to the account
 */
export function pathAfterSignIn(state: string | undefined): string {
  if (state === "portal") return "/portal";
  return state !== undefined && Object.hasOwn(accountPages, state)
    ? accountPages[state as AccountPageName].path
    : accountPages.account.path;
}
