// Owns the operations by which an ISV's back end reads and answers login challenges. Members of requests and
// answers are spelt as on the wire, because the ISV's login page reads and writes them.
import { z } from "zod";
import { countAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import type { BackEndToken } from "../../provider/clients/access_tokens.ts";
import {
  acceptHandoff,
  getHandoff,
  type HandoffActor,
  type HandoffDeps,
  rejectHandoff,
} from "../../provider/handoff/login_handoff.ts";
import { assertTenantAllowed } from "../authenticate.ts";
import { displayName, momentField, parseArguments } from "./operation.ts";

/** What answering challenges works with. */
export interface ChallengeContext extends HandoffDeps {
  caller: BackEndToken;
}

const acceptance = z.strictObject({
  subject: z.string().regex(/^[\x21-\x7e]{1,255}$/, "has 1 to 255 printable ASCII characters without spaces"),
  tenant: z.string(),
  email: z.string().optional(),
  email_verified: z.literal(true, "can only be true: name proven addresses only").optional(),
  name: displayName.optional(),
  auth_time: momentField.optional(),
  amr: z
    .array(z.string().regex(/^[\w:.-]{1,32}$/))
    .max(8)
    .optional(),
});

const rejection = z.strictObject({
  error: z.enum(["access_denied", "login_required", "temporarily_unavailable"]).optional(),
  // RFC 6749 section 4.1.2.1: printable ASCII without " and \. Applications show it to people, so it takes nobody elsewhere.
  error_description: z
    .string()
    .max(200)
    .regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/, "is printable ASCII")
    .regex(/^(?!.*(?:\/\/|www\.|[<>]))/i, "names no web address and has no markup")
    .transform((text) => text.replaceAll(/ +/g, " ").trim())
    .optional(),
});

/**
 * Tells the ISV's page what a sign-in is about.
 * @throws OperationError login_challenge_not_found; forbidden for one that names a tenant the client may not act for
 */
export async function showLoginChallenge(
  context: ChallengeContext,
  challenge: string | undefined,
): Promise<Record<string, unknown>> {
  const { request, expiresAtMs } = await getHandoff(context, challenge ?? "", actorOf(context));
  const { interaction, auth_time_after, ...told } = request;
  return {
    ...told,
    ...(auth_time_after === undefined ? {} : { auth_time_after }),
    local_login_url: new URL(`/interaction/${interaction}/login`, context.issuer).href,
    expires_at: Math.floor(expiresAtMs / 1000),
  };
}

/**
 * Says who logged in at the ISV's page.
 * @param input `subject`, `tenant`, `email`, `name`, `auth_time` (default: now), `amr`
 * @throws OperationError as `acceptHandoff` does; forbidden for a tenant the client may not act for
 */
export async function acceptLoginChallenge(
  context: ChallengeContext,
  challenge: string | undefined,
  input: unknown,
): Promise<{ redirect_to: string }> {
  const login = parseArguments(acceptance, input);
  try {
    return await accept(context, challenge, login);
  } catch (error) {
    if (error instanceof OperationError) await recordRefusedVoucher(context, login, error);
    throw error;
  }
}

async function accept(
  context: ChallengeContext,
  challenge: string | undefined,
  login: z.output<typeof acceptance>,
): Promise<{ redirect_to: string }> {
  assertTenantAllowed(context.caller, "handoff", login.tenant);
  const redirectTo = await acceptHandoff(
    context,
    challenge ?? "",
    {
      subject: login.subject,
      tenant: login.tenant,
      email: login.email,
      name: login.name,
      authTime: login.auth_time ?? Math.floor(context.clock().getTime() / 1000),
      amr: login.amr ?? [],
    },
    actorOf(context),
  );
  return { redirect_to: redirectTo };
}

function actorOf({ caller }: ChallengeContext): HandoffActor {
  return { clientId: caller.clientId, mayActFor: (tenantId) => caller.mayActFor("handoff", tenantId) };
}

// In the trail of a tenant only by whom may act for it.
async function recordRefusedVoucher(
  { db, clock, caller }: ChallengeContext,
  { tenant, subject }: z.output<typeof acceptance>,
  { code: reason }: OperationError,
): Promise<void> {
  const base = { type: "sign_in.refused", actor: `client:${caller.clientId}` } as const;
  const details = { by: "handoff", reason };
  const event = caller.mayActFor("handoff", tenant)
    ? { ...base, tenantId: tenant, accountId: subject, details }
    : { ...base, details: { ...details, named: tenant } };
  await countAuditEvent(db, event, clock());
}

/**
 * Says that nobody logged in; the relying party gets the error.
 * @param input `error` (default access_denied), `error_description`
 * @throws OperationError login_challenge_not_found, forbidden, invalid_input
 */
export async function rejectLoginChallenge(
  context: ChallengeContext,
  challenge: string | undefined,
  input: unknown,
): Promise<{ redirect_to: string }> {
  const given = parseArguments(rejection, input);
  const reason = {
    error: given.error ?? "access_denied",
    description: given.error_description || "the person did not log in",
  };
  return { redirect_to: await rejectHandoff(context, challenge ?? "", reason, actorOf(context)) };
}
