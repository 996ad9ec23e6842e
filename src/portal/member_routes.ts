// Owns what an organization's administrator does to one member: another role, and the end of the membership.

import { inviteUser } from "../admin/operations/invitation.ts";
import { removeMember, updateMember } from "../admin/operations/members.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { nameOfId } from "../input/account_name.ts";
import { findAccount, findAccountByLogin } from "../provider/accounts/account_store.ts";
import type { Field } from "../views/parts.ts";
import {
  type createPortalEdge,
  noSuchPage,
  type PortalDeps,
  type PostVisit,
  type Visit,
} from "./edge_routes.ts";
import { findMember, type Member } from "./member_store.ts";
import { formFault, roleOptions } from "./words.ts";

/** Adds their addresses. */
export function addMemberRoutes(
  { get, post }: ReturnType<typeof createPortalEdge>,
  { db }: PortalDeps,
): void {
  get("/people/:account/invite", async (visit) => askToInvite(visit, await memberOf(visit, db)));
  post("/people/:account/invite", (visit) => inviteAgain(visit, db));
  get("/people/:account/role", async (visit) => showRole(visit, await memberOf(visit, db)));
  post("/people/:account/role", (visit) => changeRole(visit, db));
  get("/people/:account/remove", async (visit) => askToRemove(visit, await memberOf(visit, db)));
  post("/people/:account/remove", (visit) => remove(visit, db));
}

/** The member a path names. @throws OperationError not_found, whether or not there is such a person elsewhere */
async function memberOf({ param, tenant }: Visit, db: Database): Promise<Member> {
  const member = await findMember(db, tenant.id, param("account"));
  if (member === undefined) throw noSuchPage();
  return member;
}

function crumbsAt(base: string) {
  return [{ label: "People", url: `${base}/people` }];
}

function showRole({ base, show }: Visit, member: Member, fault?: ReturnType<typeof formFault>): void {
  show({
    head: { title: `Role of ${member.name}`, crumbs: crumbsAt(base) },
    errors: fault?.errors,
    sections: [
      {
        id: "role-of",
        title: "Role",
        lead: "Administrators see and change everything in this portal.",
        form: {
          action: `${base}/people/${encodeURIComponent(member.accountId)}/role`,
          fields: fault?.fields ?? roleFields(member.role),
          submitLabel: "Save",
          cancelUrl: `${base}/people`,
        },
      },
    ],
  });
}

const roleFields = (value: string): Field[] => [
  { id: "role", label: "Role", type: "select", value, options: roleOptions },
];

async function changeRole(visit: PostVisit, db: Database): Promise<void> {
  const member = await memberOf(visit, db);
  const role = visit.form.get("role") ?? "";
  try {
    const given = { user: nameOfId(member.accountId), role };
    await visit.call(updateMember, given, (at) => assertOther(at, visit, member));
  } catch (error) {
    return showRole(visit, member, formFault(error, "The role was not changed", roleFields(role)));
  }
  visit.goOn("/people", "role_changed");
}

function askToInvite({ base, show }: Visit, member: Member, fault?: ReturnType<typeof formFault>): void {
  show({
    head: { title: `Invite ${member.name} again?`, crumbs: crumbsAt(base) },
    errors: fault?.errors,
    confirm: {
      form: { action: `${base}/people/${encodeURIComponent(member.accountId)}/invite` },
      what: `${member.name} gets a mail with another link, by which they choose a password.`,
      consequences: ["A link that was mailed before counts as well, until one of them is used."],
      undo: "Whoever is removed from the list of people is invited no more.",
      submitLabel: "Send the mail",
      cancelUrl: `${base}/people`,
    },
    sections: [],
  });
}

async function inviteAgain(visit: PostVisit, db: Database): Promise<void> {
  const member = await memberOf(visit, db);
  if (visit.form.get("confirm") !== "yes") return askToInvite(visit, member);
  try {
    const email = (await findAccount(db, member.accountId))?.email ?? "";
    await visit.call(inviteUser, { email, role: member.role }, async (at) => {
      await assertOther(at, visit, member);
      // Whom the address is by now is asked where the act is.
      if ((await findAccountByLogin(at, email))?.id !== member.accountId) throw noSuchPage();
    });
  } catch (error) {
    return askToInvite(visit, member, formFault(error, "Nobody was invited", [], {}, already));
  }
  visit.goOn("/people", "member_invited");
}

const already = {
  account_exists: "This person has chosen a password meanwhile: there is nothing to invite them to.",
  account_disabled: "This person is switched off. Ask the people who run the service.",
};

function askToRemove(
  { base, tenant, show }: Visit,
  member: Member,
  fault?: ReturnType<typeof formFault>,
): void {
  show({
    head: { title: `Remove ${member.name}?`, crumbs: crumbsAt(base) },
    errors: fault?.errors,
    confirm: {
      form: { action: `${base}/people/${encodeURIComponent(member.accountId)}/remove` },
      what: `${member.name} will not belong to ${tenant.name} any more.`,
      consequences: [
        "What applications hold for them in your organization, codes and tokens, ends at once.",
        "What they allowed applications for your organization is taken back.",
        "Their account stays, and so does what they belong to elsewhere.",
      ],
      undo: "You can add them again; what ended does not come back.",
      submitLabel: "Remove",
      cancelUrl: `${base}/people`,
    },
    sections: [],
  });
}

async function remove(visit: PostVisit, db: Database): Promise<void> {
  const member = await memberOf(visit, db);
  if (visit.form.get("confirm") !== "yes") return askToRemove(visit, member);
  try {
    await visit.call(removeMember, { user: nameOfId(member.accountId) }, (at) =>
      assertOther(at, visit, member),
    );
  } catch (error) {
    return askToRemove(visit, member, formFault(error, "Nobody was removed", []));
  }
  visit.goOn("/people", "member_removed");
}

// Of administrators who act one stays, because nobody takes their own role away; and who is no member is nobody here.
async function assertOther(db: Database, { accountId, tenant }: Visit, member: Member): Promise<void> {
  if (member.accountId === accountId) {
    throw new OperationError("oneself", "Nobody takes their own role away.", { field: "role" });
  }
  if ((await findMember(db, tenant.id, member.accountId)) === undefined) {
    throw new OperationError("not_a_member", "The person is no member any more.", {});
  }
}
