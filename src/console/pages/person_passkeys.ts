// Owns a person's passkeys in the console: which there are, and removing one.
import { listUserPasskeys, removeUserPasskey } from "../../admin/operations/user_passkeys.ts";
import type { User } from "../../admin/operations/user_view.ts";
import { showUser } from "../../admin/operations/users.ts";
import { nameOfId } from "../../input/account_name.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import { may, type Place, param, pathOf, type Visit } from "../place.ts";
import { momentOr, momentText } from "../words.ts";
import { confirmPlace } from "./confirm_place.ts";
import { crumbsOf, nameOf, personPath } from "./people.ts";

const passkeyPath = "/console/people/:user/passkeys/:passkey/remove";

/** The passkeys by which a person signs in. */
export async function passkeysCard(user: User, visit: Visit): Promise<ConsoleCard> {
  const { passkeys } = await listUserPasskeys(visit.context, { user: nameOfId(user.id) });
  const rows = passkeys.map((passkey) => ({
    text: passkey.name,
    note: [
      `added ${momentText(passkey.createdAtMs, visit.now)}`,
      `last used ${momentOr(passkey.lastUsedAtMs, "never", visit.now)}`,
      passkey.synced ? "on several devices" : "on one device",
      passkey.clonedAtMs === null ? undefined : "stopped: there may be a copy of it",
    ]
      .filter(Boolean)
      .join(" · "),
    actions: may(visit, removeUserPasskey)
      ? [
          {
            label: "Remove…",
            url: pathOf(passkeyPath, { user: nameOfId(user.id), passkey: passkey.id }),
            unseen: passkey.name,
          },
        ]
      : [],
  }));
  const empty = { strong: "No passkeys", text: "The person adds their own, on the page of their account." };
  return { title: "Passkeys", parts: [rows.length > 0 ? { rows } : { empty }] };
}

/** Removing one. */
export const removePasskeyPlace: Place = confirmPlace({
  ...{ path: passkeyPath, section: "people", operation: removeUserPasskey },
  async ask(visit) {
    const user = await showUser(visit.context, { user: param(visit, "user") });
    return {
      title: "Remove the passkey",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} cannot sign in with this passkey any more.`,
      consequences: [
        "Every sign-in of the person ends at once, on every instance: whoever holds the device may have signed in with it.",
        "They are told by mail.",
      ],
      undo: "They may sign in another way, and add a passkey again.",
      submitLabel: "Remove the passkey",
      cancelUrl: personPath(user.id),
    };
  },
  async act(visit) {
    const { user } = await removeUserPasskey(visit.context, {
      user: param(visit, "user"),
      passkey: param(visit, "passkey"),
    });
    return { to: personPath(user), news: "ended" };
  },
});
