// Owns which pages the account has, which of them are tabs, and to which pages of ours a sign-in may lead. A page that is new
// gets its line here.
import { currentWords } from "../../views/frame.ts";
import type { Tabs } from "../../views/parts.ts";

interface AccountPageEntry {
  path: string;
  /** Whether a tab opens it, which is called so by the catalogue (`account.tabs`); absent: other pages lead to it. */
  tab?: true;
  /** For a page without a tab of its own: under which it stands. */
  under?: string;
}

/** The pages, in the order of their tabs. Their names go through a sign-in as its state. */
export const accountPages = {
  account: { path: "/account", tab: true },
  name: { path: "/account/name", under: "account" },
  // The address below /account that is named after passwords is a mailed link's.
  password: { path: "/account/change-password", tab: true },
  email: { path: "/account/email", tab: true },
  applications: { path: "/account/applications", tab: true },
  done: { path: "/account/done-for-you", tab: true },
  passkeys: { path: "/account/passkeys", tab: true },
  factors: { path: "/account/factors", tab: true },
  sessions: { path: "/account/sessions", tab: true },
  data: { path: "/account/data", tab: true },
  close: { path: "/account/close", under: "data" },
} as const satisfies Readonly<Record<string, AccountPageEntry>>;

/** Where whoever closed their account is led: nobody is signed in there. */
export const accountClosedPath = "/account/closed";

export type AccountPageName = keyof typeof accountPages;

type TabName = {
  [Name in AccountPageName]: (typeof accountPages)[Name] extends { tab: true } ? Name : never;
}[AccountPageName];

/** The tabs, as one of the pages shows them. */
export function accountTabs(shown: AccountPageName): Tabs {
  const pages: readonly (readonly [string, AccountPageEntry])[] = Object.entries(accountPages);
  const current: AccountPageEntry = accountPages[shown];
  const { title, tabs } = currentWords().account;
  const labels: Readonly<Record<TabName, string>> = tabs;
  return {
    label: title,
    tabs: pages.flatMap(([name, { path, tab }]) =>
      tab === undefined
        ? []
        : [{ label: labels[name as TabName], url: path, current: name === (current.under ?? shown) }],
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
