// Owns the operations on administrators: who administers the installation, and as what. Membership of a tenant gives none
// of it, and an administrator need be a member of none.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { parseEmailAddress } from "../../input/email_address.ts";
import { createAccount, findAccountByLogin } from "../../provider/accounts/account_store.ts";
import { listKnownOfPerson } from "../../provider/accounts/known_of_person_store.ts";
import type { EndedSignIns } from "../../provider/sessions/end_sign_ins_store.ts";
import * as store from "../administrators/administrator_store.ts";
import { administratorRoles, adminOwn, adminRead } from "../administrators/roles.ts";
import type { Shown } from "./command_face.ts";
import { endedText, saidOf } from "./ended_text.ts";
import { operation } from "./entry.ts";
import { giveNewPassword, preparePassword } from "./new_password.ts";
import { displayName, type OperationContext } from "./operation.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import { endedSignInsShape, generatedPassword, unchanged } from "./shapes.ts";
import { resolveUser } from "./user_view.ts";

const permission = adminOwn;
const role = z
  .enum(administratorRoles)
  .describe("auditor (reads), operator (changes), owner (also administrators, credentials, emergencies).");
const user = z.string().describe("An e-mail address or a user id, also as `id:VALUE`.");
const administratorShape = z
  .strictObject({
    id: z.string().describe("The account's id."),
    email: z.string().nullable(),
    name: z.string().nullable(),
    role: z.enum(administratorRoles),
    disabledAtMs: z.int().nullable().describe("Null: the account may sign in."),
    createdAtMs: z.int().describe("When they became one."),
  })
  .meta({ id: "Administrator" });

/** A new administrator, with the password if it was generated: the only time it is shown. */
export interface CreatedAdministrator extends store.Administrator {
  generatedPassword?: string | undefined;
  /** What ended of an account that was there before; absent: it is new. */
  ended?: EndedSignIns | undefined;
}

/**
 * Makes somebody an administrator: the account that signs in with the address, or a new one. Either way the password is
 * this act's: whoever made the account, or signed in with it before, comes by nothing.
 * @throws OperationError invalid_input, administrator_exists, account_disabled
 */
export const createAdministrator = operation({
  name: "admin create",
  summary: "Make somebody an administrator, with a new account unless the address has one",
  permission,
  events: ["admin.created", "account.created", "account.password_set", "session.ended"],
  input: z.strictObject({
    email: z.string().describe("What they sign in with."),
    role,
    name: displayName.optional().describe("The name, of a new account."),
    password: z
      .string()
      .optional()
      .describe(
        "Absent: one is generated and answered once. An account that exists gets it too, and all its sign-ins end.",
      ),
  }),
  output: administratorShape.extend({
    generatedPassword,
    ended: endedSignInsShape.optional().describe("Of an account that was there before: it was signed out."),
  }),
  http: [{ method: "post", path: "/v1/admins", status: 201 }],
  async prepare({ email, name, password }, context) {
    const address = parseEmailAddress(email);
    const prepared = await preparePassword(context, password, async () => {
      const known = await findAccountByLogin(context.db, address);
      return [address, name, ...(known === undefined ? [] : await listKnownOfPerson(context.db, known.id))];
    });
    return { address, ...prepared };
  },
  async run(trx, { role, name }, act): Promise<CreatedAdministrator> {
    const { address, generated, passwordHash } = act.prepared;
    const known = await findAccountByLogin(trx, address);
    if (known !== undefined && name !== undefined) throw keepsItsName();
    const account =
      known ??
      (await createAccount(
        trx,
        { email: address, emailVerified: true, passwordHash, ...(name === undefined ? {} : { name }) },
        act.now,
      ));
    if (known === undefined) {
      const details = { by: "administration", email: address };
      await act.record({ type: "account.created", accountId: account.id, details });
    }
    if (!(await store.createAdministrator(trx, { accountId: account.id, role }, act.now))) {
      throw (await store.findAdministrator(trx, account.id)) === undefined
        ? new OperationError("account_disabled", "The account of this address is disabled.", {
            field: "email",
          })
        : new OperationError("administrator_exists", "The account is an administrator already.", {
            field: "email",
          });
    }
    await act.record({ type: "admin.created", accountId: account.id, details: { role } });
    // Of one that was there others may know the password, and sit in its sessions: who made it, or was one before.
    const ended = known && (await giveNewPassword(trx, known, passwordHash, act));
    return {
      ...(await getAdministrator(trx, account.id)),
      ...(generated === undefined ? {} : { generatedPassword: generated }),
      ...(ended === undefined ? {} : { ended }),
    };
  },
});

/** Lists administrators in the order of their accounts' ids. */
export const listAdministrators = operation({
  name: "admin list",
  summary: "List the administrators",
  permission: adminRead,
  events: ["admin.read"],
  input: z.strictObject(pageInput),
  output: z.strictObject({ administrators: z.array(administratorShape), ...pageOutput }),
  http: [{ method: "get", path: "/v1/admins" }],
  cli: {
    summary: "list who administers the installation",
    example: "",
    show: ({ administrators }) => ({
      rows: administrators.map((one) => ({
        EMAIL: one.email ?? "",
        NAME: one.name ?? "",
        ROLE: one.role,
        STATE: stateOf(one),
        ID: one.id,
      })),
      say:
        administrators.length === 0
          ? [
              "There are no administrators. Make the first: tti admin create --email someone@example.com --role owner",
            ]
          : [],
    }),
  },
  async run(trx, { cursor, ...page }, act) {
    const afterId = readCursor("admin list", { cursor });
    await act.count({ type: "admin.read", details: { what: "administrators" } });
    const read = await store.listAdministrators(trx, { limit: rowsToRead(page), afterId });
    const { rows, next } = cutPage("admin list", read, page, ({ id }) => id);
    return { administrators: rows, ...next };
  },
});

/**
 * Gives an administrator another role. One who has it stays as they are.
 * @throws OperationError account_not_found, administrator_not_found, last_owner, oneself
 */
export const updateAdministrator = operation({
  name: "admin update",
  summary: "Give an administrator another role",
  permission,
  events: ["admin.updated"],
  input: z.strictObject({ user, role }),
  output: administratorShape.extend({ unchanged }),
  http: [{ method: "patch", path: "/v1/admins/:user" }],
  cli: {
    arguments: { USER: "user" },
    needs: { role: "operator" },
    summary: "give an administrator another role",
    about: `What they may do is by the new role at once, on every instance. The last owner who can sign
in stays one, and nobody changes their own role.`,
    example: "ops@isv.example --role operator",
    show: (told) => shownAdministrator(told, saidOf(told.unchanged, told.role)),
  },
  async run(trx, { user, role }, act): Promise<store.Administrator & { unchanged?: true | undefined }> {
    const { id: accountId } = await resolveUser(trx, user);
    assertAnother(act, accountId);
    const { role: roleWas } = await getAdministrator(trx, accountId);
    const changed =
      roleWas !== role && (await store.saveAdministratorRole(trx, { accountId, role }, act.now));
    if (changed) await act.record({ type: "admin.updated", accountId, details: { role, roleWas } });
    return { ...(await getAdministrator(trx, accountId)), ...(changed ? {} : { unchanged: true as const }) };
  },
});

/**
 * Takes administration from somebody. Their account stays.
 * @throws OperationError account_not_found, administrator_not_found, last_owner, oneself
 */
export const removeAdministrator = operation({
  name: "admin remove",
  summary: "Take administration from somebody; `?dryRun=true` only tells",
  permission,
  events: ["admin.removed"],
  input: z.strictObject({ user, dryRun: z.boolean().optional().describe("Only say who would be removed.") }),
  output: administratorShape,
  http: [{ method: "delete", path: "/v1/admins/:user" }],
  cli: {
    arguments: { USER: "user" },
    summary: "take administration from somebody",
    about: `They may administer nothing from then on, on every instance; what they are in the middle of
ends. The account stays, and so do its memberships. The last owner who can sign in stays
one, and nobody removes themselves. Without --yes nothing happens: the command says who
would be removed, and exits with 1.`,
    example: "ops@isv.example --yes",
    show: (told, { dryRun }) =>
      shownAdministrator(told, [dryRun === true ? "Would be removed." : "Removed."]),
  },
  async run(trx, { user }, act) {
    const { id: accountId } = await resolveUser(trx, user);
    assertAnother(act, accountId);
    const removed = await getAdministrator(trx, accountId);
    if (!(await store.deleteAdministrator(trx, accountId))) throw notAdministrator();
    await act.record({ type: "admin.removed", accountId, details: { role: removed.role } });
    return removed;
  },
});

/**
 * Asserts that who acts is not the account they act on: nobody locks themselves out.
 * @throws OperationError oneself
 */
export function assertAnother({ actor }: Pick<OperationContext, "actor">, accountId: string): void {
  if (actor !== `account:${accountId}`) return;
  throw new OperationError("oneself", "This is your own account.", { field: "user" });
}

/** What becomes of an account whose person is made an administrator. */
export const wasThereBefore =
  "The account was there before: it has a new password, and was signed out everywhere.";

/** An administrator for people. */
export function shownAdministrator(told: CreatedAdministrator, say: readonly string[] = []): Shown {
  const { generatedPassword: password, ended } = told;
  return {
    fields: [
      ["id", told.id],
      ["email", told.email ?? "none"],
      ["name", told.name ?? "unknown"],
      ["role", told.role],
      ["state", stateOf(told)],
      ...(password === undefined ? [] : ([["password", password]] as const)),
    ],
    say: [
      ...say,
      ...(ended === undefined ? [] : [`${wasThereBefore} Ended: ${endedText(ended)}.`]),
      ...(password === undefined ? [] : ["The password is shown this once; only its hash is kept."]),
    ],
  };
}

const stateOf = ({ disabledAtMs }: store.Administrator): string =>
  disabledAtMs === null ? "enabled" : "disabled";

const notAdministrator = (): OperationError =>
  new OperationError("administrator_not_found", "The account is no administrator.", { field: "user" });

async function getAdministrator(db: OperationContext["db"], accountId: string): Promise<store.Administrator> {
  const found = await store.findAdministrator(db, accountId);
  if (found === undefined) throw notAdministrator();
  return found;
}

const keepsItsName = (): OperationError =>
  new OperationError("invalid_input", "The address has an account, which keeps its name.", {
    field: "name",
    fix: "Leave the name out; it is changed where users are.",
  });
