// Owns changing who a user is: their name, their address, and whether somebody vouches for it. An address is what AWS finds
// a person by, so another one begins as nobody's proof: no token carries it until it is vouched for, and what stood for the
// one before has ended.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { parseEmailAddress } from "../../input/email_address.ts";
import { createMail } from "../../mail/outbox_store.ts";
import {
  forgetLastLogins,
  saveAddress,
  saveAddressProof,
} from "../../provider/accounts/account_address_store.ts";
import { type Account, getAccount, lockAccount, saveName } from "../../provider/accounts/account_store.ts";
import { revokeOfflineConsentsOf } from "../../provider/presence/offline_consent_store.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import type { EndedSignIns } from "../../provider/sessions/end_sign_ins_store.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import { adminChange } from "../administrators/roles.ts";
import { type Act, assertPermitted, operation } from "./entry.ts";
import { displayName, type OperationContext } from "./operation.ts";
import { endedSignInsShape, userShape } from "./shapes.ts";
import { holdUser, resolveUser, shownUser, toUser, type User } from "./user_view.ts";

/** A user who was changed, and what ended with the address or the proof before. */
export interface UpdatedUser extends User {
  /** Absent: nothing had to. */
  ended?: EndedSignIns | undefined;
}

/**
 * Changes a user's name, address, or whether the address is vouched for. What the ISV named for one tenant stays.
 * @throws OperationError account_not_found, account_exists, invalid_input
 */
export const updateUser = operation({
  name: "user update",
  summary: "Change a user's name or address, or vouch for the address",
  permission: adminChange,
  events: ["account.name_set", "account.email_set", "account.email_verified", "session.ended"],
  input: z.strictObject({
    user: z.string().describe("An e-mail address or a user id, also as `id:VALUE`."),
    name: displayName.optional().describe("The user's name."),
    email: z
      .string()
      .optional()
      .describe(
        "What the user signs in with from now on, capitals as at AWS. Another one than before ends all sign-ins, and no token carries it until somebody vouches for it.",
      ),
    emailVerified: z
      .boolean()
      .optional()
      .describe(
        "true: you vouch for the address, the new one if one is given. false: nobody does any more, which ends all sign-ins.",
      ),
  }),
  output: userShape.extend({
    ended: endedSignInsShape
      .optional()
      .describe("With the address before, or its proof; absent: nothing had to."),
  }),
  http: [{ method: "patch", path: "/v1/users/:user" }],
  revises: {
    hold: (trx, { user }) => holdUser(trx, user),
    after: ({ ended: _, ...user }: UpdatedUser): User => user,
  },
  cli: {
    arguments: { USER: "user" },
    options: { emailVerified: "verified" },
    switches: ["emailVerified"],
    summary: "change a user's name or address",
    about: `Another address ends the user's browser sessions, codes and tokens at once and on every
instance, and what they let applications do while they are away. No token carries it until
you vouch for it with --verified on, then or now. The password stays.`,
    example: "ada@acme.example --email ada@globex.example --verified on",
    show: ({ ended, ...user }) => shownUser(user, { ended }),
  },
  async run(trx, { user, name, email, emailVerified }, act): Promise<UpdatedUser> {
    if (name === undefined && email === undefined && emailVerified === undefined) throw nothingGiven();
    const address = email === undefined ? undefined : parseEmailAddress(email);
    const { id } = await resolveUser(trx, user);
    await lockAccount(trx, id);
    // The account is held now: who became an administrator while this waited is an owner's to change.
    await assertPermitted(await permissionFor(trx, adminChange, { user: id }), act, trx);
    const before = await getAccount(trx, id);
    const tenantIds = await listTenantIdsOfAccount(trx, id);
    if (name !== undefined) await changeName(trx, before, name, tenantIds, act);
    const ended = await changeAddress(trx, before, { email: address, emailVerified }, tenantIds, act);
    return { ...(await toUser(trx, await getAccount(trx, id))), ...(ended === undefined ? {} : { ended }) };
  },
});

type Updating = Act<
  OperationContext,
  "account.name_set" | "account.email_set" | "account.email_verified",
  unknown
>;

async function changeName(
  trx: Database,
  { id, name: before }: Account,
  name: string,
  tenantIds: readonly string[],
  act: Updating,
): Promise<void> {
  await saveName(trx, id, name, act.now);
  const details = { by: "administration", name, ...(before === null ? {} : { nameWas: before }) };
  await act.recordInTenants({ type: "account.name_set", accountId: id, details }, tenantIds);
}

/** @returns what ended; undefined: neither the address changed nor was its proof taken */
async function changeAddress(
  trx: Database,
  before: Account,
  {
    email = before.email ?? undefined,
    emailVerified,
  }: { email: string | undefined; emailVerified: boolean | undefined },
  tenantIds: readonly string[],
  act: Updating,
): Promise<EndedSignIns | undefined> {
  const { id: accountId } = before;
  const wasProven = before.emailVerifiedAtMs !== null;
  const moves = email !== undefined && email !== before.email;
  const proven = emailVerified ?? (!moves && wasProven);
  if (!moves && proven === wasProven) return undefined;
  if (email === undefined || before.externalAtMs !== null)
    throw notKeptHere(moves ? "email" : "emailVerified");
  const told = { email, verified: proven };
  if (moves) {
    await saveAddress(trx, before, { email, proven }, tenantIds, act.now);
    const details = { by: "administration", ...told, emailWas: before.email ?? "" };
    await act.recordInTenants({ type: "account.email_set", accountId, details }, tenantIds);
    await tellBoth(trx, before, email, act.now);
  } else {
    await saveAddressProof(trx, accountId, proven, act.now);
    await act.recordInTenants({ type: "account.email_verified", accountId, details: told }, tenantIds);
    if (proven) return undefined;
  }
  // What was let be done for the person of the address before is not let be done for the one of this.
  await forgetLastLogins(trx, accountId);
  await revokeOfflineConsentsOf(trx, { accountId }, act.now);
  const reason = moves ? "account.email_set" : "account.email_verified";
  return endSignIns(trx, { accountId, reason, actor: act.actor }, act.now);
}

// Any instance that sends mail does. Of an account without an address before there is one to tell.
async function tellBoth(trx: Database, { id: accountId, email: before }: Account, email: string, now: Date) {
  const by = "administration";
  const kind = "address_changed";
  await createMail(trx, { kind, recipient: email, accountId, details: { by } }, now);
  if (before === null) return;
  await createMail(trx, { kind, recipient: before, accountId, details: { by, address: email } }, now);
}

const nothingGiven = (): OperationError =>
  new OperationError("invalid_input", "Nothing to change was given.", {
    fix: "Give a name, an address, or whether you vouch for the address.",
  });

function notKeptHere(field: "email" | "emailVerified"): OperationError {
  return new OperationError(
    "invalid_input",
    `${field} is not kept here: your own login names the person's address.`,
    {
      field,
      fix: "Name the new address, for each tenant, when you next accept a login of the person or mint for them.",
    },
  );
}
