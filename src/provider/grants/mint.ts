// Owns minting: an ID token for a user whom a client names, without a browser. The protocol faces
// (token_exchange.ts, jwt_bearer.ts) say who is named; here it is decided, signed and recorded.
import { decodeJwt } from "jose";
import type Provider from "oidc-provider";
import { type Client, errors, type KoaContextWithOIDC } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import type { Installation } from "../../installation.ts";
import { inSpan } from "../../tracing/active_span.ts";
import { assertMayActFor, type TenantRight } from "../clients/tenant_rights.ts";
import { generationIn } from "../library/client_generation.ts";
import { assertLoginOpens, decideFacts } from "../subjects/subject.ts";
import { createSubjectReader } from "../subjects/subject_store.ts";
import { createUseRecorder } from "./assertion_use_store.ts";
import { issueIdToken } from "./id_token.ts";
import { recordMint, recordRefusal } from "./mint_events.ts";
import type { MintDecision, MintDeps, NamedSubject, PlannedSubject } from "./named_subject.ts";

/** Gives minting its store. */
export function createMintDeps(installation: Installation): MintDeps {
  const { db } = installation;
  return { ...installation, readSubject: createSubjectReader(db), recordUse: createUseRecorder(db) };
}

/** A minted token. */
export interface MintedToken {
  idToken: string;
  expiresInSeconds: number;
}

/**
 * Mints an ID token for a named subject, if the client may act for the tenant, and the tenant's rules let it do so now.
 * Both are asserted here, whatever way the subject was named, and before anything is read of the tenant.
 *
 * Every mint and every refusal that knows its tenant is recorded for the tenant's administrators, before the
 * token leaves; where an assertion named the person, in one write with the assertion's use.
 *
 * @param provider the Provider that serves now
 * @param client the client that asks; it is authenticated
 * @throws InvalidClientAuth if the client is gone, or proves itself otherwise, since; OperationError tenant_not_allowed, as `decideSubject` does, as the plan does, and subject_token_replayed
 */
export function mintIdToken(
  provider: Provider,
  client: Client,
  deps: MintDeps,
  named: NamedSubject,
): Promise<MintedToken> {
  return inSpan("mint", "mint", { "tti.mint.by": named.by }, () => mint(provider, client, deps, named));
}

async function mint(
  provider: Provider,
  client: Client,
  deps: MintDeps,
  named: NamedSubject,
): Promise<MintedToken> {
  const [present, audience] = await Promise.all([
    provider.Client.find(client.clientId),
    provider.Client.find(deps.awsClientId),
  ]);
  const decided = await decide(deps, stillThere(client, present), named);
  const nowSeconds = Math.floor(deps.clock().getTime() / 1000);
  if (audience === undefined) {
    throw new OperationError(
      "client_not_found",
      "The client registered with AWS (TTI_CLIENT_ID) is not registered here.",
    );
  }
  const idToken = await issueIdToken(provider, {
    client: audience,
    subject: decided.claims,
    actor: decided.actor,
    // Nobody's login is made up: where none is known the token says nothing of it.
    authTime: named.authTime ?? secondsOf(decided.lastLoginAtMs),
    tenantClaim: deps.tenantClaim,
    ...(named.amr === undefined ? {} : { amr: named.amr }),
  });
  const { jti = "", exp = nowSeconds } = decodeJwt(idToken);
  await recordMint(deps, client, named, decided, jti);
  return { idToken, expiresInSeconds: exp - nowSeconds };
}

// Between its proof and this lies a fetch of its keys, which takes as long as the client's own server likes.
function stillThere(client: Client, present: Client | undefined): Client {
  const generation = (of: Client) => generationIn(of, "ClientCredentials");
  if (present !== undefined && generation(present) === generation(client)) return present;
  throw new errors.InvalidClientAuth("the client's right ended while it asked");
}

const secondsOf = (ms: number | null): number | undefined =>
  ms === null ? undefined : Math.floor(ms / 1000);

// Searching is a right of its own; every other way of naming a person is for minting. A trial is of the right it says.
const rightOf = ({ by, trial }: NamedSubject): TenantRight =>
  trial?.right ?? (by === "search" ? "search" : "mint");

async function decide(deps: MintDeps, client: Client, named: NamedSubject): Promise<MintDecision> {
  const { accountId, tenantId, by } = named;
  const now = deps.clock();
  try {
    const actor = tenantId === undefined ? undefined : assertMayActFor(client, rightOf(named), tenantId);
    const { clientId } = client;
    const vouchingClientId = named.login?.clientId;
    const query = { accountId, tenantId, clientId, vouchingClientId, nowMs: now.getTime() };
    const { facts, write }: PlannedSubject =
      named.plan === undefined || actor === undefined
        ? { facts: await deps.readSubject(query) }
        : await named.plan(actor.tenantId);
    if (by === "access_token" || by === "refresh_token") {
      await assertLoginOpens(deps.db, facts, { login: named.login, sessionUid: named.sessionUid }, now);
    }
    const decided = decideFacts(facts, deps, false, now);
    if (actor === undefined) throw new Error("nobody is decided on without a tenant");
    return { ...decided, actor, write };
  } catch (error) {
    await recordRefusal(deps, client, named, error);
    throw error;
  }
}

/** The authenticated client of a token request. */
export function presentingClient(ctx: KoaContextWithOIDC): Client {
  const { client } = ctx.oidc;
  if (client === undefined)
    throw new Error("the token endpoint authenticates the client before a grant runs");
  return client;
}
