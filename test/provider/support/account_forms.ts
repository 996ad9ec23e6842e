// Owns sending forms of the account that no page has drawn, as whoever knows what they look like would.
import { formMarkOf } from "../../../src/provider/self_service/account_person.ts";
import type { UserAgent, Visit } from "./user_agent.ts";

/**
 * Posts a form of the account and follows.
 * @param person for whom it says that it was drawn
 */
export function postAccountForm(
  agent: UserAgent,
  url: string,
  person: { id: string },
  fields: Readonly<Record<string, string>>,
): Promise<Visit> {
  const csrf = formMarkOf({ accountId: person.id });
  return agent.follow(url, { method: "POST", body: new URLSearchParams({ csrf, ...fields }) });
}
