// Owns a person's sessions and applications in the console: what stands, and ending one of them.

import { listUserGrants, revokeGrant } from "../../admin/operations/user_grants.ts";
import { listUserSessions, revokeSession } from "../../admin/operations/user_sessions.ts";
import type { User } from "../../admin/operations/user_view.ts";
import { showUser } from "../../admin/operations/users.ts";
import { nameOfId } from "../../input/account_name.ts";
import { isOwnClient } from "../../provider/clients/own_clients.ts";
import { provenBy } from "../../provider/sessions/voucher.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import { may, type Place, param, pathOf, type Visit } from "../place.ts";
import { momentOr, momentText } from "../words.ts";
import { applicationPath } from "./applications.ts";
import { confirmPlace } from "./confirm_place.ts";
import { crumbsOf, nameOf, personPath } from "./people.ts";

const path = "/console/people/:user";
const sessionPath = `${path}/sessions/:session/end`;
const grantPath = `${path}/applications/:grant/revoke`;
// More are told to be there, and end with signing out everywhere.
const mostShown = 10;

const waysIn = { password: "by password", passkey: "by passkey", handoff: "by your login page" } as const;

/** The browsers a person is signed in with. */
export async function sessionsCard(user: User, visit: Visit): Promise<ConsoleCard> {
  const { sessions, cursor } = await listUserSessions(visit.context, {
    user: nameOfId(user.id),
    limit: mostShown,
  });
  const rows = sessions.map((session) => ({
    text: `Signed in ${momentText(session.signedInAtMs, visit.now)}`,
    note: [
      session.browser ?? undefined,
      session.logins.map((login) => waysIn[provenBy(login)]).join(", "),
      session.tenants.length === 0 ? "for no organization" : `for ${session.tenants.join(", ")}`,
      session.clients.length === 0 ? undefined : `in ${session.clients.join(", ")}`,
      `ends ${momentText(session.endsAtMs, visit.now)}`,
    ]
      .filter(Boolean)
      .join(" · "),
    actions: may(visit, revokeSession)
      ? [
          {
            label: "End…",
            url: pathOf(sessionPath, { user: nameOfId(user.id), session: session.id }),
            unseen: "this session",
          },
        ]
      : [],
  }));
  const empty = { strong: "Signed in nowhere", text: "No browser holds a session of this person." };
  const more = cursor === undefined ? [] : [{ text: `The first ${mostShown}; there are more.` }];
  return { title: "Sessions", parts: [rows.length > 0 ? { rows } : { empty }, ...more] };
}

/** What applications were let do for a person. */
export async function grantsCard(user: User, visit: Visit): Promise<ConsoleCard> {
  const { grants, cursor } = await listUserGrants(visit.context, {
    user: nameOfId(user.id),
    limit: mostShown,
  });
  const rows = grants.map((grant) => ({
    text: grant.clientId,
    // Our own pages are no application that is registered here.
    url: isOwnClient(grant.clientId) ? undefined : applicationPath(grant.clientId),
    note: [
      grant.tenantId === null ? "for no organization" : `for ${grant.tenantId}`,
      grant.scopes.join(" "),
      `last used ${momentOr(grant.lastUsedAtMs, "never", visit.now)}`,
    ].join(" · "),
    actions: may(visit, revokeGrant)
      ? [
          {
            label: "Revoke…",
            url: pathOf(grantPath, { user: nameOfId(user.id), grant: grant.id }),
            unseen: `what ${grant.clientId} may`,
          },
        ]
      : [],
  }));
  const empty = { strong: "No applications", text: "No application holds anything of this person." };
  const more = cursor === undefined ? [] : [{ text: `The first ${mostShown}; there are more.` }];
  return { title: "Applications", parts: [rows.length > 0 ? { rows } : { empty }, ...more] };
}

/** Ending one session of a person. */
export const endSessionPlace: Place = confirmPlace({
  ...{ path: sessionPath, section: "people", operation: revokeSession },
  async ask(visit) {
    const user = await showUser(visit.context, { user: param(visit, "user") });
    return {
      title: "End the session",
      crumbs: crumbsOf(user),
      what: `${nameOf(user)} is signed out in one browser.`,
      consequences: [
        "What came of that session ends with it: grants of applications, codes and tokens, at once and on every instance.",
      ],
      undo: "They may sign in again.",
      submitLabel: "End the session",
      cancelUrl: personPath(user.id),
    };
  },
  async act(visit) {
    const { user } = await revokeSession(visit.context, {
      user: param(visit, "user"),
      session: param(visit, "session"),
    });
    return { to: personPath(user), news: "ended" };
  },
});

/** Revoking what one application was let do. */
export const revokeGrantPlace: Place = confirmPlace({
  ...{ path: grantPath, section: "people", operation: revokeGrant },
  async ask(visit) {
    const user = await showUser(visit.context, { user: param(visit, "user") });
    return {
      title: "Revoke the application's grant",
      crumbs: crumbsOf(user),
      what: `One application may do nothing for ${nameOf(user)} any more.`,
      consequences: [
        "Its codes, access and refresh tokens by this grant end at once, on every instance.",
        "The person stays signed in; from that an application of yours may get another grant.",
      ],
      undo: "They can let it again.",
      submitLabel: "Revoke",
      cancelUrl: personPath(user.id),
    };
  },
  async act(visit) {
    const user = await showUser(visit.context, { user: param(visit, "user") });
    await revokeGrant(visit.context, { user: nameOfId(user.id), grant: param(visit, "grant") });
    return { to: personPath(user.id), news: "ended" };
  },
});
