// Owns the page on which people take their data.
import { currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import type { AccountFormHandler, AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import { whyNotOwn } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";
import { showRefusal } from "./form_page.ts";
import { takeOwnData } from "./own_data.ts";

/** The page. */
export const dataPage: AccountPageHandler = {
  page: "data",
  show: async ({ person, refusal, shell, form }) => {
    const { accountData: words, frame } = currentWords();
    const wait = refusal?.code === "too_many_attempts" ? Math.ceil((refusal.retryAfterSeconds ?? 0) / 60) : 0;
    const { errors } = showRefusal(refusal, [], wait === 0 ? undefined : words.often(wait));
    const vouched = whyNotOwn(person) === "vouched";
    return renderPage("account_data", {
      shell: shell({ title: errors === undefined ? words.title : frame.errorTitle(words.title) }),
      form: vouched ? undefined : form(),
      closeUrl: accountPages.close.path,
      notHere: vouched ? words.vouched : [],
      errors,
    });
  },
};

/** Its form: the answer is the file. */
export function dataForm(deps: AccountPageDeps): AccountFormHandler {
  return {
    recent: true,
    act: async ({ person }) => ({
      download: { fileName: "my-data.json", pieces: await takeOwnData(deps, person) },
    }),
  };
}
