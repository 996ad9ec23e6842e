// Owns what the console tells of a person's second factors: which there are. Taking them away is an act (person_acts.ts), and
// passkeys have a card of their own.
import { showUserFactors } from "../../admin/operations/user_factors.ts";
import type { User } from "../../admin/operations/user_view.ts";
import { nameOfId } from "../../input/account_name.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Visit } from "../place.ts";
import { momentText } from "../words.ts";

/** Which second factors a person has. */
export async function factorsCard(user: User, visit: Visit): Promise<ConsoleCard> {
  const { appSinceMs, passkeys, stoppedPasskeys, recoveryCodes } = await showUserFactors(visit.context, {
    user: nameOfId(user.id),
  });
  const hasNone = appSinceMs === null && passkeys + stoppedPasskeys === 0;
  const codes = {
    text: `${recoveryCodes} left`,
    note: recoveryCodes === 0 ? "they can make new ones" : undefined,
  };
  return {
    title: "Second factors",
    parts: [
      hasNone
        ? {
            empty: {
              strong: "No second factor",
              text: "Their password alone signs them in, where nobody asks for more.",
            },
          }
        : {
            kv: {
              entries: [
                {
                  label: "Authenticator app",
                  cell: { text: appSinceMs === null ? "none" : `since ${momentText(appSinceMs, visit.now)}` },
                },
                {
                  label: "Passkeys",
                  cell: {
                    text: String(passkeys),
                    note: stoppedPasskeys === 0 ? undefined : `and ${stoppedPasskeys} stopped as copied`,
                  },
                },
                { label: "Recovery codes", cell: codes },
              ],
            },
          },
    ],
  };
}
