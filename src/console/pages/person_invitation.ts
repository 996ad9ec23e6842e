// Owns a person's invitation in the console: whether there is one, sending one, and withdrawing it.
import { inviteUser, withdrawInvitation } from "../../admin/operations/invitation.ts";
import { setMailReturned, showUserMail } from "../../admin/operations/user_mail.ts";
import type { User } from "../../admin/operations/user_view.ts";
import { showUser } from "../../admin/operations/users.ts";
import { nameOfId } from "../../input/account_name.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import { may, type Place, param, pathOf, type Visit } from "../place.ts";
import { momentText } from "../words.ts";
import { confirmPlace } from "./confirm_place.ts";
import { mailOf } from "./mail.ts";
import { crumbsOf, nameOf, personPath } from "./people.ts";

const path = "/console/people/:user";
const actPath = (act: string, user: string): string => pathOf(`${path}/${act}`, { user: nameOfId(user) });
const userOf = (visit: Visit) => showUser(visit.context, { user: param(visit, "user") });

/** What mail has to do with a person: whether they chose a password, are invited, and what was written to them. */
export async function mailCard(user: User, visit: Visit): Promise<ConsoleCard> {
  const mail = await showUserMail(visit.context, { user: nameOfId(user.id) });
  const { hasPassword, invitedUntilMs, returnedAtMs } = mail;
  const marks = may(visit, setMailReturned) && user.email !== null && user.externalAtMs === null;
  const invitable =
    !hasPassword && user.email !== null && user.externalAtMs === null && user.disabledAtMs === null;
  const invite = {
    label: invitedUntilMs === null ? "Invite…" : "Invite again…",
    url: actPath("invite", user.id),
  };
  const withdraw = {
    ...{ label: "Withdraw…", url: actPath("withdraw-invitation", user.id), kind: "danger" as const },
    unseen: "the invitation",
  };
  return {
    title: "Mail",
    action: { label: "All", url: mailOf(user.id), unseen: "mail to them" },
    parts: [
      {
        rows: [
          {
            text: hasPassword ? "Has a password" : "Has no password yet",
            note:
              invitedUntilMs === null
                ? undefined
                : `invited: the link counts until ${momentText(invitedUntilMs, visit.now)}`,
            actions: [
              ...(invitable && visit.context.sendsMail && may(visit, inviteUser) ? [invite] : []),
              ...(invitedUntilMs !== null && may(visit, withdrawInvitation) ? [withdraw] : []),
            ],
          },
          {
            text: returnedAtMs === null ? "Nothing is known to come back" : "Mail to the address comes back",
            ...(returnedAtMs === null
              ? {}
              : {
                  badge: { text: "Not reached", tone: "bad" as const },
                  note: `since ${momentText(returnedAtMs, visit.now)}; the person is told on their account's page`,
                }),
            actions: marks
              ? [
                  {
                    label: returnedAtMs === null ? "It comes back…" : "It arrives again…",
                    url: actPath("mail-returned", user.id),
                    unseen: "mail to them",
                  },
                ]
              : [],
          },
        ],
      },
    ],
  };
}

/** Inviting somebody who has no password yet. */
export const invitePersonPlace: Place = confirmPlace({
  ...{ path: `${path}/invite`, section: "people", operation: inviteUser },
  async ask(visit) {
    const user = await userOf(visit);
    return {
      title: "Invite",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} gets a mail with a link, by which they choose a password. It proves the address ${user.email ?? "they have"}.`,
      consequences: [
        "The link counts for a week, and once. One that was mailed before counts as well, until one is used.",
      ],
      undo: "It can be withdrawn as long as it was not used.",
      submitLabel: "Send the invitation",
      cancelUrl: personPath(user.id),
    };
  },
  async act(visit) {
    const { id, email } = await userOf(visit);
    await inviteUser(visit.context, { email: email ?? "" });
    return { to: personPath(id), news: "invited" };
  },
});

/** Withdrawing what somebody was invited by. */
export const withdrawInvitationPlace: Place = confirmPlace({
  ...{ path: `${path}/withdraw-invitation`, section: "people", operation: withdrawInvitation },
  async ask(visit) {
    const user = await userOf(visit);
    return {
      title: "Withdraw the invitation",
      crumbs: crumbsOf(user),
      what: `No link that ${nameOf(user)} was invited by counts any more.`,
      consequences: ["What waits to be sent is not sent.", "The account and its memberships stay."],
      undo: "They can be invited again.",
      submitLabel: "Withdraw",
      cancelUrl: personPath(user.id),
    };
  },
  async act({ context, params }) {
    const { user, invitations } = await withdrawInvitation(context, { user: params["user"] });
    return { to: personPath(user.id), news: invitations === 0 ? "unchanged" : "withdrawn" };
  },
});

/** Saying by hand that mail to somebody comes back, or that it arrives again: the other of what is known. */
export const mailReturnedPlace: Place = confirmPlace({
  ...{ path: `${path}/mail-returned`, section: "people", operation: setMailReturned },
  async ask(visit) {
    const user = await userOf(visit);
    const { returnedAtMs } = await showUserMail(visit.context, { user: nameOfId(user.id) });
    const isKnown = returnedAtMs !== null;
    return {
      title: isKnown ? "Mail arrives again" : "Mail comes back",
      crumbs: crumbsOf(user),
      what: isKnown
        ? `Mail to ${user.email ?? nameOf(user)} is said to arrive again.`
        : `Mail to ${user.email ?? nameOf(user)} is said to come back.`,
      consequences: isKnown
        ? ["The person is told of it no more."]
        : [
            "The person reads on their account's page that mail does not reach them.",
            "Mail is sent there all the same.",
          ],
      undo: "It can be said otherwise at any time.",
      submitLabel: isKnown ? "It arrives" : "It comes back",
      cancelUrl: personPath(user.id),
    };
  },
  async act({ context, params }) {
    const user = params["user"];
    const { id, returnedAtMs } = await showUserMail(context, { user });
    const { unchanged } = await setMailReturned(context, { user, returned: returnedAtMs === null });
    return { to: personPath(id), news: unchanged ? "unchanged" : "saved" };
  },
});
