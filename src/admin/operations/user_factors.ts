// Owns the operations on a person's second factors: telling which there are, and taking them away, for who lost them all: the
// app, the passkeys, the recovery codes, and whatever was signed in.
import { z } from "zod";
import { createMail } from "../../mail/outbox_store.ts";
import { getAccount, lockAccount } from "../../provider/accounts/account_store.ts";
import { deleteSecondFactors, listSecondFactors } from "../../provider/factors/second_factor_store.ts";
import { findTotp } from "../../provider/factors/totp_store.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import { noSignInsEnded } from "../../provider/sessions/end_sign_ins_store.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { many, momentText, saidOf } from "./ended_text.ts";
import { assertPermitted, operation } from "./entry.ts";
import { unchanged, userWithEndedShape } from "./shapes.ts";
import { resolveUser, shownUser, toUser } from "./user_view.ts";

const permission = adminChange;
const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");
const count = z.int().min(0);

/** Tells which second factors a user has; nothing of it opens anything. @throws OperationError account_not_found */
export const showUserFactors = operation({
  name: "user factors",
  summary: "Show which second factors a user has",
  permission: adminRead,
  events: [],
  input: z.strictObject({ user }),
  output: z.strictObject({
    id: z.string(),
    appSinceMs: z
      .int()
      .nullable()
      .describe("Since when they have an authenticator app, epoch milliseconds; null: none is set up."),
    passkeys: count.describe("How many passkeys they can sign in with."),
    stoppedPasskeys: count.describe("How many there may be a copy of: they sign nobody in."),
    recoveryCodes: count.describe("How many recovery codes are left."),
  }),
  http: [{ method: "get", path: "/v1/users/:user/factors" }],
  cli: {
    arguments: { USER: "user" },
    summary: "show which second factors a user has",
    example: "ada@acme.example",
    show: ({ id, appSinceMs, passkeys, stoppedPasskeys, recoveryCodes }) => ({
      fields: [
        ["id", id],
        ["authenticator app", appSinceMs === null ? "none" : `since ${momentText(appSinceMs)}`],
        [
          "passkeys",
          stoppedPasskeys === 0 ? String(passkeys) : `${passkeys}, and ${stoppedPasskeys} stopped as copied`,
        ],
        ["recovery codes", `${recoveryCodes} left`],
      ],
    }),
  },
  async run(db, { user: named }) {
    const { id } = await resolveUser(db, named);
    const { passkeys, copied, recoveryCodes } = await listSecondFactors(db, id);
    const app = await findTotp(db, id);
    return { id, appSinceMs: app?.createdAtMs ?? null, passkeys, stoppedPasskeys: copied, recoveryCodes };
  },
});

/**
 * Removes all second factors of a user, ends what they hold, and has them told by mail. Of an administrator only an owner may
 * (permission_for.ts). Their password stays what it is.
 * @throws OperationError account_not_found
 */
export const resetUserFactors = operation({
  name: "user reset-factors",
  summary: "Remove a user's second factors, and sign the user out everywhere",
  permission,
  events: ["factor.reset", "session.ended"],
  input: z.strictObject({ user }),
  output: userWithEndedShape.extend({
    removed: z
      .strictObject({ apps: count, passkeys: count, recoveryCodes: count })
      .describe("How many of each were taken away."),
    unchanged,
  }),
  http: [{ method: "post", path: "/v1/users/:user/reset-factors" }],
  cli: {
    arguments: { USER: "user" },
    summary: "take a user's second factors away, for who lost them",
    about: `Removes the user's authenticator app, passkeys and recovery codes, signs them out
everywhere and writes them a mail. Their password stays. Make sure who asks: by telephone, not by mail.`,
    example: "ada@acme.example",
    show: ({ user, ended, removed, unchanged }) => {
      const shown = shownUser(user, { ended, removed: removedText(removed) });
      return { ...shown, say: [...(shown.say ?? []), ...saidOf(unchanged, "without second factors")] };
    },
  },
  async run(trx, { user }, act) {
    const found = await resolveUser(trx, user);
    const accountId = found.id;
    await lockAccount(trx, accountId);
    // Who became an administrator while this waited is one.
    await assertPermitted(await permissionFor(trx, permission, { user: accountId }), act, trx);
    const account = await getAccount(trx, accountId);
    const removed = await deleteSecondFactors(trx, accountId);
    const factors = removed.apps + removed.passkeys;
    if (factors === 0 && removed.recoveryCodes === 0) {
      return { user: await toUser(trx, account), ended: noSignInsEnded, removed, unchanged: true as const };
    }
    await act.recordInTenants(
      { type: "factor.reset", accountId, details: { factors, recoveryCodes: removed.recoveryCodes } },
      await listTenantIdsOfAccount(trx, accountId),
    );
    const ended = await endSignIns(trx, { accountId, reason: "factor.reset", actor: act.actor }, act.now);
    if (account.email !== null) {
      const details = { what: "second factors", by: "administration" };
      await createMail(
        trx,
        { kind: "factor_removed", recipient: account.email, accountId, details },
        act.now,
      );
    }
    return { user: await toUser(trx, await getAccount(trx, accountId)), ended, removed };
  },
});

const removedText = (removed: { apps: number; passkeys: number; recoveryCodes: number }): string =>
  [
    many(removed.apps, "authenticator app"),
    many(removed.passkeys, "passkey"),
    many(removed.recoveryCodes, "recovery code"),
  ].join(", ");
