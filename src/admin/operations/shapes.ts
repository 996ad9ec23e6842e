// Owns what operations answer, as schemas: what a program may count on, over HTTP and with --json. A test holds every
// answer to its shape.
import { z } from "zod";
import type { DetailValue } from "../../audit/event_types.ts";
import { auditEventTypes } from "../../audit/event_types.ts";
import { requiredFactors } from "../../login_levels.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { membershipRoles } from "../../provider/tenants/membership_store.ts";
import { loginMethods } from "../../provider/tenants/tenant_store.ts";
import { logoShape } from "./logo_shape.ts";

const moment = z.int().nullable();
const count = z.int().min(0);

export const tenantShape = z
  .strictObject({
    id: z.string(),
    name: z.string().describe("What people read."),
    loginMethod: z.enum(loginMethods).describe("Where its users log in."),
    presencePolicy: z
      .union([
        z.strictObject({ name: z.enum(["session", "offline", "never"]) }),
        z.strictObject({ name: z.literal("within"), hours: z.number() }),
      ])
      .describe("When a back end may act for its users."),
    requiredFactor: z
      .enum(requiredFactors)
      .describe("What its users must have proven beside one thing such as a password."),
    discoverable: z.boolean().describe("Whether strangers may read its name on the login page."),
    selfClose: z.boolean().describe("Whether its people may close their accounts themselves."),
    sessionLifeMs: moment.describe("How long a sign-in opens it at most; null: as the installation has it."),
    sessionIdleMs: moment.describe("How long one does without use; null: as the installation has it."),
    disabledAtMs: moment.describe("Epoch milliseconds; null: it is enabled."),
    reopenedAtMs: moment.describe("When it was last enabled again."),
    createdAtMs: z.int(),
    generation: z.int().describe("How often what stood for it was ended."),
  })
  .meta({ id: "Tenant" });

export const userShape = z
  .strictObject({
    id: z.string(),
    email: z.string().nullable().describe("As written; what Identity Center matches, capitals included."),
    emailVerifiedAtMs: moment.describe("Null: nobody vouched for the address, and no token carries it."),
    name: z.string().nullable(),
    externalAtMs: moment.describe("When a login at the ISV made the account; null: made here."),
    disabledAtMs: moment.describe("Null: they may sign in."),
    createdAtMs: z.int(),
    memberships: z.array(z.strictObject({ tenantId: z.string(), role: z.enum(membershipRoles) })),
    warnings: z.array(z.string()).optional().describe("What an operator should know of it."),
  })
  .meta({ id: "User" });

/** How an act answers that it found nothing to do. */
export const unchanged = z
  .literal(true)
  .optional()
  .describe("It was so already: nothing was done, nothing ended, and no event tells of it.");

export const generatedPassword = z.string().optional().describe("If it was generated; shown this once.");

export const endedSignInsShape = z
  .strictObject({
    sessions: count.describe("Browser sessions."),
    grants: count.describe("What applications were let do."),
    tokens: count.describe("Codes, access tokens and refresh tokens."),
  })
  .meta({ id: "EndedSignIns" });

export const userWithEndedShape = z.strictObject({ user: userShape, ended: endedSignInsShape });

export const endedRightsShape = z
  .strictObject({
    grants: count.describe("What applications were let do for people."),
    tokens: count.describe("Codes, access tokens and refresh tokens."),
    vouchers: count.describe("Logins that the ISV's word had opened sessions with."),
    consents: count.describe("Agreements of people who were away."),
  })
  .meta({ id: "EndedRights" });

export const clientShape = z
  .strictObject({
    clientId: z.string(),
    metadata: z
      .looseObject({ client_id: z.string() })
      .describe(
        "Its registration, members as OpenID Connect names them; no form of its secret.",
      ) as unknown as z.ZodType<StoredClientMetadata>,
    disabledAtMs: moment.describe("Null: it may be used."),
    createdAtMs: z.int(),
    formerSecretUntilMs: z
      .int()
      .optional()
      .describe("Until when the secret before counts beside the present one; absent: it does not."),
    keyIds: z.array(z.string()).describe("What each of its registered keys is retired by."),
    resources: z
      .array(
        z.strictObject({
          identifier: z.string(),
          scopes: z.array(z.string()).describe("For people who sign in to it."),
          ownScopes: z.array(z.string()).describe("For itself."),
          introspects: z.boolean().describe("Whether it may ask about the resource's tokens."),
        }),
      )
      .describe("What it may ask of resources."),
    logo: logoShape,
  })
  .meta({ id: "Client" });

export const accessorShape = z
  .strictObject({
    tenantId: z.string(),
    name: z.string(),
    applicationId: z.string(),
    retrieverId: z.string(),
    qRegion: z.string(),
    idcApplicationArn: z.string(),
    idcRegion: z.string(),
    method: z.enum(["tti", "auth-code"]),
    createdAtMs: z.int(),
  })
  .meta({ id: "Accessor" });

export const domainShape = z
  .strictObject({
    tenantId: z.string(),
    domain: z.string(),
    verified: z.boolean(),
    shared: z.boolean().describe("Whether the tenant uses it although another owns it."),
    record: z
      .strictObject({ type: z.literal("TXT"), name: z.string(), value: z.string() })
      .describe("The DNS record that proves it."),
  })
  .meta({ id: "Domain" });

export const auditEventShape = z
  .strictObject({
    id: z.string(),
    atMs: z.int().describe("Epoch milliseconds; of a counted event: the first of its minute."),
    type: z.enum(Object.keys(auditEventTypes) as [keyof typeof auditEventTypes]),
    actor: z.string(),
    tenantId: z.string().optional(),
    accountId: z.string().optional(),
    clientId: z.string().optional(),
    address: z.string().optional(),
    requestId: z.string().optional(),
    loginHash: z.string().optional(),
    times: z.int().optional().describe("How often it came within its minute; absent: once."),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) as unknown as z.ZodType<
      Readonly<Record<string, DetailValue>>
    >,
  })
  .meta({ id: "AuditEvent" });

export const findingShape = z
  .strictObject({
    check: z.string().describe("The check's stable name."),
    outcome: z.enum(["passed", "information", "warning", "failed"]),
    message: z.string().describe("What was seen."),
    cause: z.string().optional().describe("Why it matters, or what it comes of."),
    fix: z.string().optional().describe("What to do."),
    rules: z.array(z.string()).describe("Numbers of the rules of docs/tti-profile.md it tells of."),
  })
  .meta({ id: "Finding" });
