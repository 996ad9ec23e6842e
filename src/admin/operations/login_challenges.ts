// Owns the operations by which an ISV's back end reads and answers login challenges. Members of requests and
// answers are spelt as on the wire, because the ISV's login page reads and writes them.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import {
  acceptHandoff,
  getHandoff,
  type HandoffActor,
  rejectHandoff,
} from "../../provider/handoff/login_handoff.ts";
import { type Act, operationsIn } from "./entry.ts";
import { inWordsOf, says } from "./input_faults.ts";
import { displayName, momentField, type OperationContext } from "./operation.ts";
import { assertTenantAllowed, type Caller, handoffScope } from "./permissions.ts";

/** What answering challenges works with. */
export interface ChallengeContext
  extends OperationContext,
    InstallationPart<"db" | "clock" | "issuer" | "requireVerifiedDomain"> {
  caller: Caller;
}

const challengeOperation = operationsIn<ChallengeContext>();
const permission = handoffScope;
const challenge = z.string().describe("The value your page was called with.");
const onward = z.strictObject({ redirect_to: z.string().describe("Where you send the browser next.") });

/**
 * Tells the ISV's page what a sign-in is about.
 * @throws OperationError login_challenge_not_found; forbidden for one that names a tenant the client may not act for
 */
export const showLoginChallenge = challengeOperation({
  name: "login-challenge show",
  summary: "Read a login challenge, for your login page",
  permission,
  events: [],
  input: z.strictObject({ challenge }),
  output: z.looseObject({
    client_id: z.string(),
    client_name: z.string(),
    local_login_url: z.string().describe("Where the person signs in here instead."),
    expires_at: z.int().describe("Epoch seconds."),
    tenant: z.string().optional().describe("The tenant the sign-in must be for; absent: you name it."),
    auth_time_after: z.number().optional().describe("The earliest auth_time an answer may name."),
  }),
  http: [{ method: "get", path: "/v1/login-challenges/:challenge" }],
  async run(_db, { challenge }, act) {
    const { request, expiresAtMs } = await getHandoff(act, challenge, actorOf(act));
    const { interaction, auth_time_after, ...told } = request;
    return {
      ...told,
      ...(auth_time_after === undefined ? {} : { auth_time_after }),
      local_login_url: new URL(`/interaction/${interaction}/login`, act.issuer).href,
      expires_at: Math.floor(expiresAtMs / 1000),
    };
  },
});

const acceptance = z.strictObject({
  challenge,
  subject: z
    .string()
    .regex(
      /^[\x21-\x7e]{1,255}$/,
      says(
        "has 1 to 255 printable ASCII characters without spaces",
        "Name the person by your own id for them.",
      ),
    )
    .describe("Your id of the person, for good."),
  // What is refused stands in the trail, so it is no longer than a tenant's id may be.
  tenant: z
    .string()
    .regex(
      /^[\x21-\x7e]{1,256}$/,
      says("has 1 to 256 printable ASCII characters without spaces", "Name the tenant by its id."),
    )
    .describe("The tenant the person logged in to."),
  email: z.string().optional().describe("The person's proven address."),
  email_verified: z
    .literal(true, says("can only be true", "Name an address you have proven, or none."))
    .optional()
    .describe("As an ID token has it; only true can be said."),
  name: displayName.optional().describe("The person's name."),
  auth_time: momentField.optional().describe("When the person logged in, epoch seconds (default: now)."),
  amr: z
    .array(
      z
        .string()
        .regex(
          /^[\w:.-]{1,32}$/,
          says(
            "has 1 to 32 letters, digits, : . _ or - only",
            "Name a method as RFC 8176 does, such as pwd.",
          ),
        ),
    )
    .max(8)
    .optional()
    .describe("How, as RFC 8176 names it."),
});
type Acceptance = z.output<typeof acceptance>;
type AcceptAct = Act<ChallengeContext, "sign_in.refused", unknown>;

/**
 * Says who logged in at the ISV's page.
 * @throws OperationError as `acceptHandoff` does; forbidden for a tenant the client may not act for
 */
export const acceptLoginChallenge = challengeOperation({
  name: "login-challenge accept",
  summary: "Say who logged in at your page",
  permission,
  events: [
    "sign_in.vouched",
    "sign_in.refused",
    "account.created",
    "account.email_set",
    "account.name_set",
    "membership.created",
  ],
  ownTransaction: "two answers for one new person begin anew, and a refused one leaves an event",
  input: acceptance,
  output: onward,
  http: [{ method: "post", path: "/v1/login-challenges/:challenge/accept" }],
  async run(_db, login, act) {
    try {
      return await accept(act, login);
    } catch (error) {
      if (error instanceof OperationError) await recordRefusedVoucher(act, login, error);
      // The rules are those of assertions, whose claim is called sub.
      throw inWordsOf(error, ([member]) => (member === "sub" ? "subject" : undefined));
    }
  },
});

async function accept(context: AcceptAct, login: Acceptance): Promise<{ redirect_to: string }> {
  assertTenantAllowed(context.caller, "handoff", login.tenant);
  const redirectTo = await acceptHandoff(
    context,
    login.challenge,
    {
      subject: login.subject,
      tenant: login.tenant,
      email: login.email,
      name: login.name,
      authTime: login.auth_time ?? Math.floor(context.now.getTime() / 1000),
      amr: login.amr ?? [],
    },
    actorOf(context, login.tenant),
  );
  return { redirect_to: redirectTo };
}

function actorOf({ caller, still }: Pick<AcceptAct, "caller" | "still">, tenantId?: string): HandoffActor {
  return {
    clientId: caller.clientId,
    tokenHash: caller.tokenHash,
    mayActFor: (tenant) => caller.mayActFor("handoff", tenant),
    async still(trx) {
      await still(trx);
      if (tenantId !== undefined) assertTenantAllowed(caller, "handoff", tenantId);
    },
  };
}

// In the trail of a tenant only by whom may act for it.
async function recordRefusedVoucher(
  { count, caller }: AcceptAct,
  { tenant, subject }: Acceptance,
  { code: reason }: OperationError,
): Promise<void> {
  const type = "sign_in.refused";
  const details = { by: "handoff", reason };
  await (caller.mayActFor("handoff", tenant)
    ? count({ type, tenantId: tenant, accountId: subject, details })
    : count({ type, details: { ...details, named: tenant } }));
}

/**
 * Says that nobody logged in; the relying party gets the error.
 * @throws OperationError login_challenge_not_found, forbidden, invalid_input
 */
export const rejectLoginChallenge = challengeOperation({
  name: "login-challenge reject",
  summary: "Say that nobody logged in",
  permission,
  events: ["sign_in.rejected"],
  input: z.strictObject({
    challenge,
    error: z
      .enum(["access_denied", "login_required", "temporarily_unavailable"])
      .optional()
      .describe("What the application is told (default: access_denied)."),
    // RFC 6749 section 4.1.2.1: printable ASCII without " and \. Applications show it to people, so it takes nobody elsewhere.
    error_description: z
      .string()
      .max(200)
      .regex(
        /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/,
        says('must be printable ASCII without " and \\', "Write it in plain English letters."),
      )
      .regex(
        /^(?!.*(?:\/\/|www\.|[<>]))/i,
        says("names a web address, or has markup", "Say what happened in words alone."),
      )
      .transform((text) => text.replaceAll(/ +/g, " ").trim())
      .optional()
      .describe("Why, in words for people."),
  }),
  output: onward,
  http: [{ method: "post", path: "/v1/login-challenges/:challenge/reject" }],
  async run(_trx, given, act) {
    const reason = {
      error: given.error ?? "access_denied",
      description: given.error_description || "the person did not log in",
    };
    return { redirect_to: await rejectHandoff(act, given.challenge, reason, actorOf(act)) };
  },
});
