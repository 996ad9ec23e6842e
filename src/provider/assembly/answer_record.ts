// Owns what the Provider's answers leave in the audit trail: tokens given, refused and given back, codes used twice,
// clients that could not prove themselves, sign-ins without a login, sign-outs. It is written when the answer is made
// and not yet sent: what cannot be recorded does not leave.
import { decodeJwt } from "jose";
import type Provider from "oidc-provider";
import type { AdapterPayload, errors, KoaContextWithOIDC } from "oidc-provider";
import { countAuditEvent, createAuditEvent } from "../../audit/audit_store.ts";
import type { NewAuditEvent } from "../../audit/event_types.ts";
import { OperationError } from "../../errors.ts";
import type { StoreAndClock } from "../../installation.ts";
import { currentRequest, type RequestContext } from "../../request_context.ts";
import { noticeGuess } from "../accounts/attack_watch.ts";
import { ownClientName } from "../clients/own_clients.ts";
import { wasRecorded } from "../grants/mint_events.ts";
import { takeCode } from "../library/held_code.ts";
import { tenantOfGrant } from "../sessions/tenant_grant.ts";
import type { CodeKeeper } from "../storage/code_store.ts";
import { isWaiting } from "./outcomes.ts";
import { endsInSignIn } from "./sign_in_record.ts";

type Refusal = errors.OIDCProviderError & { cause?: unknown };

const refusals = new WeakMap<KoaContextWithOIDC, Refusal>();
const grantsRead = new WeakMap<RequestContext, AdapterPayload>();
const signedOut = new WeakMap<KoaContextWithOIDC, string>();

const watchedErrors = [
  "grant.error",
  "revocation.error",
  "introspection.error",
  "pushed_authorization_request.error",
  "device_authorization.error",
] as const;

/** Remembers what only the library's events tell, until {@link recordAnswer}. */
export function watchAnswers(provider: Provider): void {
  for (const event of watchedErrors) {
    (provider as NodeJS.EventEmitter).on(event, (ctx: KoaContextWithOIDC, error: Refusal) => {
      refusals.set(ctx, error);
    });
  }
  provider.on("end_session.success", (ctx) => {
    const accountId = ctx.oidc.session?.accountId;
    if (accountId !== undefined && ctx.oidc.params?.["logout"]) signedOut.set(ctx, accountId);
  });
}

/** Remembers a grant that was read for the request under way. */
export function noteGrant(grant: AdapterPayload): void {
  const request = currentRequest();
  if (request !== undefined) grantsRead.set(request, grant);
}

/** What recording an answer needs. */
export interface AnswerDeps extends StoreAndClock {
  keepCode: CodeKeeper;
}

/** Records what an answer of the Provider means, and writes the code that it holds, before it is sent. */
export async function recordAnswer(deps: AnswerDeps, ctx: KoaContextWithOIDC): Promise<void> {
  const refusal = refusals.get(ctx);
  if (refusal !== undefined) return recordRefusal(deps, ctx, refusal);
  const accountId = signedOut.get(ctx);
  if (accountId !== undefined) return recordSignOut(deps, ctx, accountId);
  switch (ctx.oidc.route) {
    case "token":
      return recordIssue(deps, ctx);
    case "revocation":
      return recordRevocation(deps, ctx);
    default:
      return recordContinued(deps, ctx);
  }
}

// What is given for a person is recorded in one write with what it uses up: eventOfGiven, minting, refreshing.
async function recordIssue({ db, clock }: StoreAndClock, { oidc }: KoaContextWithOIDC): Promise<void> {
  const { client } = oidc;
  const ofClient = oidc.entities.ClientCredentials;
  if (!client || typeof ofClient?.aud !== "string") return;
  const details = { resource: ofClient.aud, scope: ofClient.scope };
  const event = { actor: `client:${client.clientId}`, clientId: client.clientId, details };
  return countAuditEvent(db, { type: "token.issued_to_client", ...event }, clock());
}

/** What the trail says of what was given for a code, to be written with it; undefined: nothing to tell of. */
export function eventOfGiven({ oidc, body }: KoaContextWithOIDC): NewAuditEvent | undefined {
  const { client, account, grant } = oidc;
  const idToken = (body as { id_token?: unknown } | undefined)?.id_token;
  const resource = oidc.entities.AccessToken?.aud?.toString();
  const by = String(oidc.params?.["grant_type"]);
  if (!client || !account || (typeof idToken !== "string" && resource === undefined)) return undefined;
  const parties = {
    clientId: client.clientId,
    accountId: account.accountId,
    tenantId: tenantOfGrant(grant) ?? "",
  };
  const jti = typeof idToken === "string" ? decodeJwt(idToken).jti : undefined;
  const details = { by: by.split(":").at(-1) ?? by, jti, resource };
  return { type: "token.issued", actor: `client:${client.clientId}`, ...parties, details };
}

async function recordRevocation({ db, clock }: StoreAndClock, { oidc }: KoaContextWithOIDC): Promise<void> {
  const { RefreshToken: refresh, AccessToken: access } = oidc.entities;
  const token = refresh ?? access;
  const { client } = oidc;
  if (token === undefined || client === undefined || token.clientId !== client.clientId) return;
  const { clientId } = client;
  const details = { kind: refresh === undefined ? "access_token" : "refresh_token" };
  const { accountId } = token;
  await createAuditEvent(
    db,
    { type: "token.revoked", actor: `client:${clientId}`, clientId, accountId, details },
    clock(),
  );
}

async function recordSignOut({ db, clock }: StoreAndClock, { oidc }: KoaContextWithOIDC, accountId: string) {
  const clientId = oidc.client?.clientId;
  const own = ownClientName(clientId);
  const from = own ?? "application";
  const named = own === undefined ? { clientId } : {};
  const event = {
    type: "sign_out",
    actor: `account:${accountId}`,
    accountId,
    ...named,
    details: { from },
  } as const;
  await createAuditEvent(db, event, clock());
}

// What a request is given is written here, before it is sent.
async function recordContinued(
  { db, clock, keepCode }: AnswerDeps,
  { oidc }: KoaContextWithOIDC,
): Promise<void> {
  const [code, event] = [takeCode(oidc), eventOfContinued(oidc)];
  if (code !== undefined) return keepCode({ code, event, now: clock() });
  if (event !== undefined) await createAuditEvent(db, event, clock());
}

// A code without a login of its own: a session let the browser in.
function eventOfContinued(oidc: KoaContextWithOIDC["oidc"]): NewAuditEvent | undefined {
  const { account, client, grant, session, result } = oidc;
  const tenantId = tenantOfGrant(grant);
  if (!endsInSignIn(oidc) || !session || !account || !client || tenantId === undefined) return undefined;
  if (result?.login !== undefined) return undefined;
  const { accountId } = account;
  const actor = `account:${accountId}`;
  return { type: "sign_in.continued", actor, accountId, tenantId, clientId: client.clientId };
}

async function recordRefusal(
  { db, clock }: StoreAndClock,
  ctx: KoaContextWithOIDC,
  error: Refusal,
): Promise<void> {
  const { oidc } = ctx;
  const clientId = oidc.client?.clientId;
  const reason =
    error.cause instanceof OperationError ? error.cause.code : (error.error_detail ?? error.error);
  if (error.error === "invalid_client") {
    const method = oidc.client?.clientAuthMethod;
    const event = { type: "client.refused", actor: "nobody", clientId, details: { method, reason } } as const;
    await countAuditEvent(db, event, clock());
    await noticeGuess({ db, clock }, "client");
    if (clientId !== undefined)
      await noticeGuess({ db, clock }, "client", `client ${clientId}`, { clientId });
    return;
  }
  if (oidc.route !== "token" || clientId === undefined || wasRecorded(error.cause) || isWaiting(error))
    return;
  // Anybody may say to be a public client.
  const actor = oidc.client?.clientAuthMethod === "none" ? "nobody" : `client:${clientId}`;
  const found = findSubject(clientId);
  if (reason === "authorization code already consumed" || reason === "device code already consumed") {
    return createAuditEvent(db, { type: "code.reused", actor, clientId, ...found }, clock());
  }
  // The refresh token grant records it in the transaction that ends the family.
  if (reason === "refresh token already used") return;
  const by = String(oidc.params?.["grant_type"] ?? "")
    .split(":")
    .at(-1);
  const named = tenantNamedBy(error.cause);
  const event = { type: "token.refused", actor, clientId, ...found, details: { by, reason, named } } as const;
  return countAuditEvent(db, event, clock());
}

// The grant the request was about, as far as the library came with it: its own errors name nobody.
function findSubject(clientId: string): { accountId?: string; tenantId?: string | undefined } {
  const request = currentRequest();
  const grant = request && grantsRead.get(request);
  if (grant?.accountId === undefined || grant.clientId !== clientId) return {};
  const tenantId = (grant as { tenantId?: string }).tenantId;
  return { accountId: grant.accountId, tenantId };
}

// Which tenant a client named and may not act for (clients/tenant_rights.ts).
function tenantNamedBy(cause: unknown): string | undefined {
  if (!(cause instanceof OperationError) || cause.code !== "tenant_not_allowed") return undefined;
  const named = cause.cause as { tenantId?: unknown } | undefined;
  return typeof named?.tenantId === "string" ? named.tenantId : undefined;
}
