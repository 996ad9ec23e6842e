// Owns the page that shows a person's new recovery codes, in the account: once, as the answer of the form that made them.
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import type { AccountVisit } from "./account_page_routes.ts";
import { type AccountPageName, accountPages } from "./account_tabs.ts";

/**
 * Draws it.
 * @param codes as they are shown: they are kept nowhere
 * @param said what was done, in words, and which page comes next
 */
export function codesPage(
  { shell }: AccountVisit,
  codes: readonly string[],
  { notice, next }: { notice: string; next: AccountPageName },
): string {
  return renderPage("account_codes", {
    shell: shell({ title: currentWords().factors.codesTitle, notice }),
    codes: codes.join("\n"),
    onUrl: accountPages[next].path,
  });
}
