// Owns the page on which people close their account: what will happen, or what stands against it and whom to ask; the form takes a
// fresh sign-in and the person's own address, typed.
import { OperationError } from "../../errors.ts";
import { currentFrame, currentWords } from "../../views/frame.ts";
import { renderPage } from "../../views/render.ts";
import { lookOf } from "../tenants/look.ts";
import type { AccountFormHandler, AccountPageDeps, AccountPageHandler } from "./account_page_routes.ts";
import type { AccountPerson } from "./account_person.ts";
import { accountPages } from "./account_tabs.ts";
import { type AgainstClosing, closeAccount, listAgainstClosing } from "./close_account.ts";
import { showRefusal } from "./form_page.ts";

/** What the page needs. */
export interface ClosePageDeps extends AccountPageDeps {
  /** Has the outbox look, because something was put in. */
  mailPut(): void;
}

/** The page. */
export function closePage(deps: ClosePageDeps): AccountPageHandler {
  return {
    page: "close",
    show: async ({ person, refusal, typed, shell, form }) => {
      const { close: words, frame } = currentWords();
      const against = await listAgainstClosing(deps.db, person);
      const { errors, faultOf } = showRefusal(against.length === 0 ? refusal : undefined, ["typed"]);
      return renderPage("account_close", {
        shell: shell({ title: errors === undefined ? words.title : frame.errorTitle(words.title) }),
        errors,
        against: await Promise.all(against.map((one) => toldOf(deps, person, one))),
        confirm:
          against.length > 0
            ? undefined
            : {
                form: form(),
                what: words.what(nameOf(person)),
                consequences: words.consequences,
                undo: words.undo,
                fields: [
                  {
                    id: "typed",
                    label: words.typed(nameOf(person)),
                    required: true,
                    maxLength: 320,
                    value: typed["typed"],
                    error: faultOf("typed"),
                  },
                ],
                submitLabel: words.submit,
                cancelUrl: accountPages.data.path,
              },
      });
    },
  };
}

/** Its form. */
export function closeForm(deps: ClosePageDeps): AccountFormHandler {
  return {
    recent: true,
    keeps: ["typed"],
    act: async ({ person, fields }) => {
      const typed = (fields.get("typed") ?? "").trim().toLowerCase();
      if (typed !== nameOf(person).toLowerCase()) {
        throw new OperationError("invalid_input", "typed is not the account's address.", {
          field: "typed",
          reason: { name: "not_typed", values: {} },
          fix: "Type it as it stands above the field.",
        });
      }
      await closeAccount(deps, person);
      deps.mailPut();
      return { closed: true };
    },
  };
}

// By what the person knows the account.
const nameOf = ({ account }: AccountPerson): string => account.email ?? account.id;

async function toldOf({ db }: AccountPageDeps, { tenants }: AccountPerson, against: AgainstClosing) {
  const { close: words } = currentWords();
  const service = currentFrame()?.supportUrl;
  if (!("tenant" in against)) return { text: words.against[against.why], url: service };
  const { id } = against.tenant;
  // Of one that the sign-in does not speak for nothing is told, not its name either.
  if (!tenants.some((one) => one.id === id)) return { text: words.against.elsewhere, url: service };
  const { name, supportUrl } = await lookOf(db, against.tenant);
  return { text: words.against[against.why](name), url: supportUrl ?? service };
}
