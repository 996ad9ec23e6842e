// Owns taking a person's second factors away, for who lost them all: the app, the passkeys, the recovery codes, and whatever
// was signed in.
import { z } from "zod";
import { createMail } from "../../mail/outbox_store.ts";
import { getAccount, lockAccount } from "../../provider/accounts/account_store.ts";
import { deleteSecondFactors } from "../../provider/factors/second_factor_store.ts";
import { endSignIns } from "../../provider/sessions/end_sign_ins.ts";
import { noSignInsEnded } from "../../provider/sessions/end_sign_ins_store.ts";
import { listTenantIdsOfAccount } from "../../provider/tenants/membership_store.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import { adminChange } from "../administrators/roles.ts";
import { saidOf } from "./ended_text.ts";
import { assertPermitted, operation } from "./entry.ts";
import { unchanged, userWithEndedShape } from "./shapes.ts";
import { resolveUser, shownUser, toUser } from "./user_view.ts";

const permission = adminChange;

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
  input: z.strictObject({
    user: z.string().describe("An e-mail address or a user id, also as `id:VALUE`."),
  }),
  output: userWithEndedShape.extend({ unchanged }),
  http: [{ method: "post", path: "/v1/users/:user/reset-factors" }],
  cli: {
    arguments: { USER: "user" },
    summary: "take a user's second factors away, for who lost them",
    about: `Removes the user's authenticator app, passkeys and recovery codes, signs them out
everywhere and writes them a mail. Their password stays. Make sure who asks: by telephone, not by mail.`,
    example: "ada@acme.example",
    show: ({ user, ended, unchanged }) => {
      const shown = shownUser(user, { ended });
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
    if (removed.factors === 0 && removed.recoveryCodes === 0) {
      return { user: await toUser(trx, account), ended: noSignInsEnded, unchanged: true as const };
    }
    await act.recordInTenants(
      { type: "factor.reset", accountId, details: removed },
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
    return { user: await toUser(trx, await getAccount(trx, accountId)), ended };
  },
});
