// Owns what a page of the console says when it cannot be shown: what happened, why, what to do, in an operator's words.
import { OperationError } from "../errors.ts";
import type { ErrorAnswer } from "../http_errors.ts";
import type { WayOn } from "../views/page_frame.ts";
import type { ErrorPage } from "../views/pages.ts";
import { inPageWords } from "./fault_words.ts";

const titles: Readonly<Record<string, string>> = {
  unauthenticated: "You are not signed in to the console",
  forbidden: "Your role does not allow this",
  not_found: "There is no such page in the console",
  account_not_found: "There is no such person",
  tenant_not_found: "There is no such organization",
  client_not_found: "There is no such application",
  method_not_allowed: "This page is not used that way",
  invalid_input: "This request could not be read",
  first_link_over: "This link is over",
  sign_in_expired: "This sign-in is over",
  unavailable: "The console cannot answer right now",
  internal_error: "Something broke on our side",
};

/** What the page is called under a name that is not the console's: no matter of anybody's role either. */
export const foreignNameTitle = "The console is not at this address";

/** A request under another name than the console's. */
export class ForeignName extends OperationError {
  constructor() {
    super("forbidden", "The console does not answer under this name and port.", {
      fix: "Open it at the address that TTI_ADMIN_URL says; instances that share a store share that address.",
    });
  }
}

/** What the page is called where a form was refused for where it came from: that is no matter of anybody's role. */
export const foreignFormTitle = "This form was not taken";

/**
 * The model of the page.
 * @param special its title, where the code does not say enough
 */
export function consoleErrorPage(
  answer: Pick<ErrorAnswer, "code" | "message" | "fix">,
  requestId: string,
  ways: readonly WayOn[] = [{ label: "Back to the console", url: "/console" }],
  special?: string,
): ErrorPage {
  const { code } = answer;
  const title = special ?? titles[code] ?? "This could not be done";
  const { message, fix } = inPageWords(answer);
  return { title, why: message, todo: fix, ways, code, requestId };
}

/** Of somebody who is signed in, and no administrator. */
export function administersNothing(): OperationError {
  return new OperationError("forbidden", "This account administers nothing.", {
    fix: "Sign in with the account of an administrator, or ask an owner to make this one an administrator.",
  });
}
