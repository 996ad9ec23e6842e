// Owns the operations on a person's passkeys: which there are, and removing one for somebody who lost the device. A person adds
// and names their own, on the page of their account.
import { z } from "zod";
import { lockAccount } from "../../provider/accounts/account_store.ts";
import { removePasskey } from "../../provider/passkeys/keep_passkeys.ts";
import { listPasskeys } from "../../provider/passkeys/passkey_store.ts";
import { permissionFor } from "../administrators/permission_for.ts";
import { adminChange, adminRead } from "../administrators/roles.ts";
import { endedText, momentText } from "./ended_text.ts";
import { assertPermitted, operation } from "./entry.ts";
import { endedSignInsShape } from "./shapes.ts";
import { resolveUser } from "./user_view.ts";

const passkeyShape = z
  .strictObject({
    id: z.string().describe("Names the passkey, and opens nothing."),
    name: z.string().describe("What the person calls it."),
    synced: z.boolean().describe("Whether it may come to be on several devices of the person."),
    createdAtMs: z.int().describe("Epoch milliseconds."),
    lastUsedAtMs: z.int().nullable(),
    clonedAtMs: z
      .int()
      .nullable()
      .describe("When its counter went back, as only a copy's does: it signs nobody in since."),
  })
  .meta({ id: "Passkey" });

const permission = adminChange;
const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");

/** Lists a person's passkeys, of which there are few. @throws OperationError account_not_found */
export const listUserPasskeys = operation({
  name: "passkey list",
  summary: "List a user's passkeys",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject({ user }),
  output: z.strictObject({ passkeys: z.array(passkeyShape) }),
  http: [{ method: "get", path: "/v1/users/:user/passkeys" }],
  cli: {
    needs: { user: "ada@acme.example" },
    summary: "list a user's passkeys",
    about: `Lists the passkeys by which the user signs in: what they call each, since when, when it was last
used, and whether it is on one device. No key is shown.`,
    example: "--user ada@acme.example",
    show: ({ passkeys }) => ({
      rows: passkeys.map((passkey) => ({
        ID: passkey.id,
        NAME: passkey.name,
        ADDED: momentText(passkey.createdAtMs),
        "LAST USED": passkey.lastUsedAtMs === null ? "never" : momentText(passkey.lastUsedAtMs),
        ON: passkey.synced ? "several devices" : "one device",
        STATE: passkey.clonedAtMs === null ? "counts" : `stopped ${momentText(passkey.clonedAtMs)}: copied`,
      })),
      say: passkeys.length === 0 ? ["The user has no passkey."] : [],
    }),
  },
  async run(trx, { user }, act) {
    const { id: accountId } = await resolveUser(trx, user);
    await act.count({ type: "admin.read", accountId, details: { what: "passkeys" } });
    const passkeys = await listPasskeys(trx, accountId);
    return {
      passkeys: passkeys.map(({ id, name, synced, createdAtMs, lastUsedAtMs, clonedAtMs }) => ({
        ...{ id, name, synced, createdAtMs, lastUsedAtMs, clonedAtMs },
      })),
    };
  },
});

/**
 * Removes one passkey, and ends every sign-in of the person: whoever holds the device may have signed in with it. Of an
 * administrator only an owner may (permission_for.ts).
 * @throws OperationError account_not_found, passkey_not_found
 */
export const removeUserPasskey = operation({
  name: "passkey remove",
  summary: "Remove a passkey of a user, and end their sign-ins",
  permission,
  events: ["passkey.removed", "session.ended"],
  input: z.strictObject({ user, passkey: z.string().describe("The passkey's id.") }),
  output: z.strictObject({ user: z.string().describe("The account's id."), ended: endedSignInsShape }),
  http: [{ method: "delete", path: "/v1/users/:user/passkeys/:passkey" }],
  cli: {
    arguments: { PASSKEY: "passkey" },
    needs: { user: "ada@acme.example" },
    summary: "remove a user's passkey",
    about: `Removes the passkey tti passkey list names: a device that was lost, or one that may have been
copied. Every sign-in of the user ends with it, at once and on every instance, and they are
told by mail.`,
    example: "pk_Zk3mB2w0m1sQ8bq1o0yQ5w --user ada@acme.example",
    show: ({ user, ended }) => ({
      fields: [
        ["user", user],
        ["ended", endedText(ended)],
      ],
    }),
  },
  async run(trx, { user, passkey: id }, act) {
    const { id: accountId } = await resolveUser(trx, user);
    await lockAccount(trx, accountId);
    // Who became an administrator while this waited is one.
    await assertPermitted(await permissionFor(trx, permission, { user: accountId }), act, trx);
    const removal = { id, accountId, actor: act.actor, notice: { by: "administration" } } as const;
    const { ended } = await removePasskey(trx, removal, act.now);
    return { user: accountId, ended };
  },
});
