// Owns the operations that take a right away from a user, or give it back. Each ends in its own transaction what
// came of the right (sessions/end_sign_ins.ts), so that nothing has to expire first.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { type Account, getAccount, saveDisabled } from "../../provider/accounts/account_store.ts";
import { listKnownOfPerson } from "../../provider/accounts/known_of_person_store.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import { noSignInsEnded } from "../../provider/sessions/end_sign_ins_store.ts";
import { assertAdminRemains } from "../../provider/sessions/last_admin.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { assertOwnerRemains } from "../administrators/administrator_store.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import { adminChange } from "../administrators/roles.ts";
import { assertAnother } from "./administrators.ts";
import type { CommandFace } from "./command_face.ts";
import { saidOf } from "./ended_text.ts";
import { type Act, assertPermitted, operation } from "./entry.ts";
import { allowNoAdmin, warningsOf } from "./last_admin.ts";
import { giveNewPassword, preparePassword } from "./new_password.ts";
import type { OperationContext } from "./operation.ts";
import { generatedPassword, unchanged, userWithEndedShape } from "./shapes.ts";
import { resolveUser, type SwitchedUser, shownUser, toUser, type UserWithEnded } from "./user_view.ts";

const permission = adminChange;
const oneUser = z.strictObject({
  user: z.string().describe("An e-mail address or a user id, also as `id:VALUE`."),
});
const face = {
  arguments: { USER: "user" },
  example: "ada@acme.example",
  show: ({ user, ended }) => shownUser(user, { ended }),
} satisfies CommandFace<UserWithEnded>;
const switched = userWithEndedShape.extend({ unchanged });
const switchFace = {
  ...face,
  show: ({ user, ended, unchanged }) => {
    const shown = shownUser(user, { ended });
    const state = user.disabledAtMs === null ? "enabled" : "disabled";
    return { ...shown, say: [...(shown.say ?? []), ...saidOf(unchanged, state)] };
  },
} satisfies CommandFace<SwitchedUser>;

/**
 * Sets a user's password. Whoever was signed in, the user or somebody who knew the old password, is signed out
 * everywhere.
 * @returns the generated password, if it was
 * @throws OperationError account_not_found, invalid_input
 */
export const setUserPassword = operation({
  name: "user password",
  summary: "Set a user's password, and sign the user out everywhere",
  permission,
  events: ["account.password_set", "session.ended"],
  input: oneUser.extend({
    password: z.string().optional().describe("Absent: one is generated and answered once."),
  }),
  output: userWithEndedShape.extend({ generatedPassword }),
  http: [],
  async prepare({ user, password }, context) {
    const about = async () => listKnownOfPerson(context.db, (await resolveUser(context.db, user)).id);
    return preparePassword(context, password, about);
  },
  async run(trx, { user }, act): Promise<UserWithEnded & { generatedPassword?: string }> {
    const { generated, passwordHash } = act.prepared;
    const account = await resolveUser(trx, user);
    const ended = await giveNewPassword(trx, account, passwordHash, act);
    // The account is held now: who became an administrator while this waited has the password of that act.
    await assertPermitted(await permissionFor(trx, permission, { user: account.id }), act, trx);
    const changed = { user: await toUser(trx, await getAccount(trx, account.id)), ended };
    return generated === undefined ? changed : { ...changed, generatedPassword: generated };
  },
});

/**
 * Disables a user: they can neither sign in nor be named in a token, and what stands ends now. One who is disabled stays
 * as they are.
 * @throws OperationError account_not_found, oneself, last_admin, last_owner
 */
export const disableUser = operation({
  name: "user disable",
  summary: "Disable a user, and end what stands",
  permission,
  events: ["account.disabled", "session.ended"],
  input: oneUser.extend({ allowNoAdmin }),
  output: switched,
  http: [{ method: "post", path: "/v1/users/:user/disable" }],
  cli: {
    ...switchFace,
    summary: "keep a user from signing in and from being named in a token",
    about: `Disables the account, and signs the user out everywhere. Nothing is deleted. The last
administrator of a tenant stays one, unless you say --allow-no-admin.`,
  },
  async run(trx, { user, ...said }, act) {
    const account = await resolveUser(trx, user);
    assertAnother(act, account.id);
    const alone = await assertAdminRemains(trx, account.id, undefined, said.allowNoAdmin);
    await assertOwnerRemains(trx, account.id);
    const done = await saveSwitch(trx, account, act, "account.disabled");
    return alone.length === 0 ? done : { ...done, user: { ...done.user, warnings: warningsOf(alone) } };
  },
});

/**
 * Enables a disabled user. Nothing that was ended comes back; of one who is enabled nothing ends.
 * @throws OperationError account_not_found
 */
export const enableUser = operation({
  name: "user enable",
  summary: "Enable a disabled user",
  permission,
  events: ["account.enabled", "session.ended"],
  input: oneUser,
  output: switched,
  http: [{ method: "post", path: "/v1/users/:user/enable" }],
  cli: {
    ...switchFace,
    summary: "let a disabled user sign in again",
    about: "Enables the account. What was ended when it was disabled does not come back.",
  },
  run: async (trx, { user }, act) => saveSwitch(trx, await resolveUser(trx, user), act, "account.enabled"),
});

/**
 * Signs a user out everywhere: browser sessions, codes, access and refresh tokens. They may sign in again.
 * @throws OperationError account_not_found
 */
export const signUserOut = operation({
  name: "user sign-out",
  summary: "End a user's sessions, codes and tokens",
  permission,
  events: ["session.ended"],
  input: oneUser,
  output: userWithEndedShape,
  http: [{ method: "post", path: "/v1/users/:user/sign-out" }],
  cli: {
    ...face,
    summary: "sign a user out everywhere",
    about: `Ends the user's browser sessions, codes, access and refresh tokens at once, on every
instance. They may sign in again.`,
  },
  async run(trx, { user }, act) {
    const account = await resolveUser(trx, user);
    const end = { accountId: account.id, reason: "sign_out", actor: act.actor } as const;
    const ended = await endSignIns(trx, end, act.now);
    return { user: await toUser(trx, account), ended };
  },
});

type Changed = "account.disabled" | "account.enabled";

type Telling<Type extends Changed> = Pick<
  Act<OperationContext, Type, unknown>,
  "recordInTenants" | "actor" | "now"
>;

async function saveSwitch<Type extends "account.disabled" | "account.enabled">(
  trx: Database,
  account: Account,
  act: Telling<Type>,
  type: Type,
): Promise<SwitchedUser> {
  if (await saveDisabled(trx, account.id, type === "account.disabled", act.now)) {
    return tellAndEnd(trx, account, act, type);
  }
  return { user: await toUser(trx, account), ended: noSignInsEnded, unchanged: true };
}

// What happens to an account as a whole stands in the trail of each tenant it belongs to.
async function tellAndEnd<Type extends Changed>(
  trx: Database,
  account: Account,
  { recordInTenants, actor, now }: Telling<Type>,
  type: Type,
): Promise<UserWithEnded> {
  const tenantIds = await listTenantIdsOfAccount(trx, account.id);
  await recordInTenants({ type, accountId: account.id } as never, tenantIds);
  return {
    ended: await endSignIns(trx, { accountId: account.id, reason: type, actor }, now),
    user: await toUser(trx, await getAccount(trx, account.id)),
  };
}
