// Owns telling everything that is stored of one person, for whoever has the right to ask it of an operator: in one document,
// without a secret, a token or a hash. The trail tells that it was taken out.
import { z } from "zod";
import { listAuditEvents } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { mailStates } from "../../mail/outbox_store.ts";
import { readStoredPerson } from "../../provider/sessions/person_data_store.ts";
import { logoutStates } from "../../provider/storage/told_logout_store.ts";
import { membershipRoles } from "../../provider/tenants/membership_store.ts";
import { adminChange, administratorRoles } from "../administrators/roles.ts";
import { type AuditContext, readFilters } from "./audit.ts";
import { operationsIn } from "./entry.ts";
import { cutPage, pageInput, pageOutput, readCursor, rowsToRead } from "./page.ts";
import { auditEventShape } from "./shapes.ts";
import { resolveUser } from "./user_view.ts";

const moment = z.int();
const never = z.int().nullable();

const personData = z
  .strictObject({
    account: z.strictObject({
      id: z.string(),
      email: z.string().nullable(),
      emailVerifiedAtMs: never,
      name: z.string().nullable(),
      externalAtMs: never.describe("When a login at the ISV made the account."),
      disabledAtMs: never,
      createdAtMs: moment,
      updatedAtMs: moment,
      firstSignedInAtMs: never.describe(
        "By a password or a passkey here; null as well where it was before this was kept.",
      ),
      mailRefusedAtMs: never.describe("Since when mail to an address of the account came back."),
      language: z.string().nullable().describe("In which they are spoken to: the one they chose last."),
      hasPassword: z.boolean(),
      importedHashKind: z
        .string()
        .nullable()
        .describe(
          "Scheme and cost of the password's hash, where it is not the usual one: the one the person came with until they sign in, or one of TTI_PASSWORD_MEMORY and TTI_PASSWORD_PASSES.",
        ),
    }),
    memberships: z.array(
      z.strictObject({
        tenantId: z.string(),
        role: z.enum(membershipRoles),
        email: z.string().nullable().describe("The address the ISV named for this tenant."),
        emailVerifiedAtMs: never,
        name: z.string().nullable(),
        lastLoginAtMs: never,
        createdAtMs: moment,
      }),
    ),
    formerMemberships: z.array(z.strictObject({ tenantId: z.string(), endedAtMs: moment })),
    agreements: z
      .array(
        z.strictObject({
          tenantId: z.string(),
          clientId: z.string(),
          grantedAtMs: moment,
          revokedAtMs: never,
        }),
      )
      .describe("Which applications may act for the person while they are away."),
    consents: z
      .array(
        z.strictObject({
          clientId: z.string(),
          tenantId: z.string(),
          scopes: z.array(z.string()),
          resources: z
            .record(z.string(), z.array(z.string()))
            .describe("Scopes at APIs, by their identifiers."),
          vouchingClientId: z.string().nullable().describe("By whose word the person was signed in."),
          givenAtMs: moment,
          usedAtMs: moment,
        }),
      )
      .describe("What the person lets applications of other vendors have."),
    administrator: z
      .strictObject({ role: z.enum(administratorRoles), createdAtMs: moment, updatedAtMs: moment })
      .nullable(),
    consoleSignIns: z.array(z.strictObject({ createdAtMs: moment, usedAtMs: moment, expiresAtMs: moment })),
    links: z
      .array(
        z.strictObject({
          purpose: z.string(),
          address: z.string(),
          newAddress: z.string().nullable().describe("The address the person wants to change to."),
          createdAtMs: moment,
          expiresAtMs: moment,
        }),
      )
      .describe("One-time links that were mailed to the person."),
    passkeys: z
      .array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          transports: z.array(z.string()).describe("How browsers reach it."),
          synced: z.boolean().describe("Whether it may come to be on several devices."),
          backedUp: z.boolean(),
          createdAtMs: moment,
          lastUsedAtMs: never,
          clonedAtMs: never.describe("When its counter went back: it signs nobody in any more."),
        }),
      )
      .describe("Passkeys of the person, without their keys."),
    factors: z
      .array(z.strictObject({ kind: z.literal("totp"), createdAtMs: moment, usedAtMs: never }))
      .describe("Second factors: an authenticator app. Its secret is told to nobody."),
    recoveryCodes: z.int().min(0).describe("How many recovery codes are left."),
    halfSignIns: z
      .array(z.strictObject({ step: z.string(), authTimeMs: moment, expiresAtMs: moment }))
      .describe("Sign-ins that wait for a second factor."),
    logouts: z
      .array(
        z.strictObject({
          id: z.string(),
          clientId: z.string(),
          sid: z.string().describe("By which name the application knows the session."),
          state: z.enum(logoutStates),
          attempts: z.int(),
          fault: z.string().nullable(),
          createdAtMs: moment,
          settledAtMs: never,
        }),
      )
      .describe("Ends of sessions that an application was not told of yet."),
    mails: z
      .array(
        z.strictObject({
          id: z.string(),
          kind: z.string(),
          recipient: z.string(),
          tenantId: z.string().nullable(),
          details: z.record(z.string(), z.string()).describe("What it is to say."),
          state: z.enum(mailStates),
          attempts: z.int(),
          fault: z.string().nullable(),
          createdAtMs: moment,
          settledAtMs: never,
        }),
      )
      .describe("Mail to the person: what waits, what failed, and what was sent within a week."),
    logins: z
      .array(
        z.strictObject({
          method: z.enum(["password", "handoff"]),
          tenantId: z.string().nullable(),
          clientId: z.string().nullable(),
          amr: z.array(z.string()).describe("How, as RFC 8176 has it."),
          acr: z.string().nullable(),
          authTimeMs: moment,
          createdAtMs: moment,
          checkedAtMs: moment,
          beganAtMs: never.describe("Since when the session counts as one."),
          endsAtMs: never.describe("When it ends at the latest."),
          seenAtMs: never.describe("When somebody was there."),
          idleMs: z.int().nullable().describe("After how long without anybody there it ends."),
          longestIdleMs: z.int().describe("For how long at most nobody was there."),
        }),
      )
      .describe("By which the person's browser sessions were opened."),
    records: z
      .array(
        z.strictObject({
          kind: z.string().describe("Session, Grant, AccessToken, …"),
          clientId: z.string().nullable(),
          tenantId: z.string().nullable(),
          records: z.int().describe("How many of this kind for this client and tenant."),
          lastUsedAtMs: never,
          lastExpiresAtMs: never,
        }),
      )
      .describe("Sessions, grants, codes and tokens: how many, for whom, until when."),
    answersUnderWay: z
      .int()
      .describe("Answers of the ISV's login page that a browser is on its way back with."),
    events: z
      .array(auditEventShape.omit({ loginHash: true }))
      .describe(
        "What the audit trail tells of the person, newest first, also of sign-ins with their address.",
      ),
  })
  .meta({ id: "PersonData" });

/** Everything that is stored of a person. */
export type PersonData = z.output<typeof personData>;

/**
 * Tells everything that is stored of one person; of their events one page.
 * @throws OperationError account_not_found
 */
export const showUserData = operationsIn<AuditContext>()({
  name: "user data",
  summary: "Tell everything that is stored of one user",
  permission: adminChange,
  events: ["people.exported"],
  input: z.strictObject({
    user: z.string().describe("An e-mail address or a user id, also as `id:VALUE`."),
    ...pageInput,
  }),
  output: personData.extend(pageOutput),
  http: [{ method: "get", path: "/v1/users/:user/data" }],
  async run(trx, { user, cursor, limit }, act): Promise<PersonData & { cursor?: string }> {
    const { id: accountId } = await resolveUser(trx, user);
    const list = `user data ${accountId}`;
    const before = placeOf(readCursor(list, { cursor }));
    // First: that it was taken out is among what is taken out.
    await act.count({ type: "people.exported", accountId, details: {} });
    const stored = await readStoredPerson(trx, accountId);
    if (stored === undefined)
      throw new OperationError("account_not_found", "The user was deleted.", { field: "user" });
    const { subject } = await readFilters(trx, { account: accountId }, act);
    const read = await listAuditEvents(trx, { subject, before, limit: rowsToRead({ limit }) });
    const { rows, next } = cutPage(list, read, { limit }, ({ atMs, id }) => `${atMs}.${id}`);
    const events = rows.map(({ loginHash: _, ...event }) => event);
    return { ...(stored as unknown as Omit<PersonData, "events">), events, ...next };
  },
});

function placeOf(key: string | undefined): { atMs: number; id: string } | undefined {
  if (key === undefined) return undefined;
  const dot = key.indexOf(".");
  return { atMs: Number(key.slice(0, dot)), id: key.slice(dot + 1) };
}
