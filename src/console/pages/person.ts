// Owns the page of one person: who they are, where they belong, what happened last, and what ends their access.

import { listEvents } from "../../admin/operations/audit.ts";
import { addUserToTenant, removeMember, updateMember } from "../../admin/operations/members.ts";
import { disableUser, enableUser, setUserPassword, signUserOut } from "../../admin/operations/user_access.ts";
import { deleteUser } from "../../admin/operations/user_deletion.ts";
import { resetUserFactors } from "../../admin/operations/user_factors.ts";
import { updateUser } from "../../admin/operations/user_update.ts";
import type { User } from "../../admin/operations/user_view.ts";
import { showUser } from "../../admin/operations/users.ts";
import { nameOfId } from "../../input/account_name.ts";
import { readRefusals } from "../../provider/subjects/places.ts";
import type { ConsoleCard } from "../../views/console_pages.ts";
import type { Action } from "../../views/parts.ts";
import { may, type Place, param, pathOf, type Visit, visitTo, withQuery } from "../place.ts";
import { momentOr, momentText } from "../words.ts";
import { eventsPart } from "./event_words.ts";
import { organizationPath } from "./organizations.ts";
import { nameOf, stateOfPerson } from "./people.ts";
import { factorsCard } from "./person_factors.ts";
import { mailCard } from "./person_invitation.ts";
import { passkeysCard } from "./person_passkeys.ts";
import { grantsCard, sessionsCard } from "./person_sessions.ts";

const path = "/console/people/:user";

/** The address of an act on a person. */
export const personActPath = (act: string, user: string): string =>
  pathOf(`${path}/${act}`, { user: nameOfId(user) });

/** One person. */
export const personPlace: Place = {
  path,
  section: "people",
  operation: showUser,
  async show(asked) {
    const { context } = asked;
    const user = await showUser(context, { user: param(asked, "user") });
    const visit = await visitTo(asked, { user: user.id });
    const { events } = await listEvents(context, { account: nameOfId(user.id), limit: 8 });
    const activity = withQuery("/console/activity", { account: nameOfId(user.id) });
    const edit = { label: "Change the name", url: personActPath("edit", user.id) };
    const password = { label: "Set a password", url: personActPath("password", user.id) };
    return {
      head: {
        title: nameOf(user),
        crumbs: [{ label: "People", url: "/console/people" }],
        badge: stateOfPerson(user) ?? { text: "Active", tone: "ok" },
        actions: [
          ...(may(visit, updateUser) ? [edit] : []),
          ...(may(visit, setUserPassword) ? [password] : []),
        ],
      },
      cards: [
        profileCard(user, visit),
        await membershipsCard(user, visit),
        await sessionsCard(user, visit),
        await grantsCard(user, visit),
        await factorsCard(user, visit),
        await passkeysCard(user, visit),
        await mailCard(user, visit),
      ],
      side: [
        {
          title: "Latest events",
          action: { label: "All", url: activity, unseen: "events" },
          parts: [eventsPart(events, visit.now)],
        },
        ...endCard(user, visit),
      ],
    };
  },
};

// Of a person whom the ISV's login names there is no address of ours to change.
function addressActions(user: User, visit: Visit): Action[] {
  if (!may(visit, updateUser) || user.email === null || user.externalAtMs !== null) return [];
  const vouching =
    user.emailVerifiedAtMs === null
      ? { label: "Vouch for it…", url: personActPath("vouch", user.id), unseen: "the address" }
      : { label: "Vouch no longer…", url: personActPath("doubt", user.id), unseen: "for the address" };
  return [{ label: "Change", url: personActPath("address", user.id), unseen: "the address" }, vouching];
}

function profileCard(user: User, visit: Visit): ConsoleCard {
  const { now } = visit;
  const proven =
    user.emailVerifiedAtMs === null
      ? "nobody vouched for it"
      : `proven since ${momentText(user.emailVerifiedAtMs, now)}`;
  return {
    title: "Profile",
    parts: [
      {
        kv: {
          entries: [
            {
              label: "E-mail",
              cell:
                user.email === null
                  ? { text: "none here; each organization knows its own" }
                  : { text: user.email, note: proven, actions: addressActions(user, visit) },
            },
            { label: "Name", cell: { text: user.name ?? "unknown" } },
            { label: "Person id", cell: { text: user.id, code: true } },
            {
              label: "Created",
              cell: {
                text: momentText(user.createdAtMs, now),
                note: user.externalAtMs === null ? undefined : "by a sign-in at your login page",
              },
            },
            ...(user.disabledAtMs === null
              ? []
              : [{ label: "Disabled", cell: { text: momentOr(user.disabledAtMs, "no", now) } }]),
          ],
        },
      },
    ],
  };
}

async function membershipsCard(user: User, visit: Visit): Promise<ConsoleCard> {
  const add = { label: "Add", url: personActPath("memberships/add", user.id), unseen: "an organization" };
  const acts = (tenantId: string): Action[] => [
    ...(may(visit, updateMember)
      ? [{ label: "Role", url: membershipPath(user.id, tenantId, "role"), unseen: `in ${tenantId}` }]
      : []),
    ...(may(visit, removeMember)
      ? [{ label: "Remove…", url: membershipPath(user.id, tenantId, "remove"), unseen: `from ${tenantId}` }]
      : []),
  ];
  const refusals = await readRefusals(
    { ...visit.context, clock: () => visit.now },
    user.memberships.map(({ tenantId }) => ({ accountId: user.id, tenantId })),
  );
  const shut = new Set(
    refusals.flatMap(({ tenantId, code }) => (code === "email_domain_not_verified" ? [tenantId] : [])),
  );
  const badge = { text: "Cannot sign in: domain not proven", tone: "bad" as const };
  const rows = user.memberships.map(({ tenantId, role }) => ({
    text: tenantId,
    ...(shut.has(tenantId) ? { badge } : {}),
    url: organizationPath(tenantId),
    note: role === "admin" ? "administers it" : "member",
    actions: acts(tenantId),
  }));
  return {
    title: "Organizations",
    action: may(visit, addUserToTenant) ? add : undefined,
    parts: [
      rows.length > 0
        ? { rows }
        : { empty: { strong: "In no organization", text: "Without one the person gets no token." } },
    ],
  };
}

/** The address of an act on a membership. */
export const membershipPath = (user: string, tenant: string, act: string): string =>
  pathOf(`${path}/memberships/:tenant/${act}`, { user: nameOfId(user), tenant });

function endCard(user: User, visit: Visit): ConsoleCard[] {
  // Nobody takes their own rights: the operations refuse it, so there is no way to them.
  const isAnother = user.id !== visit.accountId;
  const act = (label: string, name: string): Action => ({
    label,
    url: personActPath(name, user.id),
    kind: "danger",
  });
  const rows = [
    ...(may(visit, signUserOut)
      ? [
          {
            text: "Sign out",
            note: "Ends every session, code and token. They may sign in again.",
            actions: [act("Sign out…", "sign-out")],
          },
        ]
      : []),
    ...(may(visit, resetUserFactors)
      ? [
          {
            text: "Second factors",
            note: "Takes authenticator app, passkeys and recovery codes away from who lost them, and signs them out.",
            actions: [act("Reset…", "reset-factors")],
          },
        ]
      : []),
    ...(isAnother && may(visit, disableUser) && user.disabledAtMs === null
      ? [
          {
            text: "Disable",
            note: "Ends every session and refuses new tokens at once. Can be undone.",
            actions: [act("Disable…", "disable")],
          },
        ]
      : []),
    ...(may(visit, enableUser) && user.disabledAtMs !== null
      ? [
          {
            text: "Enable",
            note: "Lets them sign in again.",
            actions: [{ label: "Enable…", url: personActPath("enable", user.id) }],
          },
        ]
      : []),
    ...(isAnother && may(visit, deleteUser)
      ? [
          {
            text: "Delete",
            note: "Erases the person. Cannot be undone.",
            actions: [act("Delete…", "delete")],
          },
        ]
      : []),
  ];
  return rows.length === 0 ? [] : [{ title: "End access", danger: true, parts: [{ rows }] }];
}
