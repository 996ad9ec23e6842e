// Owns minting: an ID token for a user whom a client names, without a browser. The protocol faces
// (token_exchange.ts, jwt_bearer.ts) say who is named; here it is decided, signed and recorded.
import { decodeJwt } from "jose";
import type Provider from "oidc-provider";
import type { Client, KoaContextWithOIDC } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { assertMayActFor } from "../clients/tenant_rights.ts";
import type { Vouched } from "../sessions/voucher.ts";
import { assertLoginOpens, type DecidedSubject, decideFacts, type SubjectDeps } from "../subjects/subject.ts";
import { createSubjectReader, type SubjectFacts, type SubjectQuery } from "../subjects/subject_store.ts";
import { type AssertionUse, createUseRecorder, type UseOutcome } from "./assertion_use_store.ts";
import { issueIdToken } from "./id_token.ts";
import { recordMint, recordRefusal } from "./mint_events.ts";

/** What minting is set up with. */
export interface MintSettings extends SubjectDeps {
  log: Log;
  issuer: string;
  /** The client registered with AWS: the one audience of minted tokens. */
  awsClientId: string;
  /** Configured name of the claim that carries the tenant. */
  tenantClaim: string;
}

/** What minting needs. Mints at the same time share statements, so one of these serves many. */
export interface MintDeps extends MintSettings {
  /** Reads what the store says of a subject now. */
  readSubject(query: SubjectQuery): Promise<SubjectFacts>;
  /** Records the use of an assertion and what came of it. Returns whether it was the first. */
  recordUse(outcome: Omit<UseOutcome, "origin">): Promise<boolean>;
}

/** Gives minting its store. */
export function createMintDeps(settings: MintSettings): MintDeps {
  const { db } = settings;
  return { ...settings, readSubject: createSubjectReader(db), recordUse: createUseRecorder(db) };
}

/** Whom a client named, once the naming itself has been verified. */
export interface NamedSubject {
  accountId: string;
  tenantId: string | undefined;
  /** When the person logged in, epoch seconds, where the naming itself proves it. */
  authTime: number | undefined;
  amr: readonly string[] | undefined;
  /** How the client named the person, for the audit trail. */
  by: "assertion" | "access_token" | "refresh_token" | "search";
  /** The login that one of our own tokens came from; undefined: none is known. An assertion has none. */
  login?: Vouched | undefined;
  /** The one use of the assertion that named the person, if it is yet to be recorded. */
  use?: AssertionUse;
  /** What is decided on, if this request knows it already: of an assertion, the person as it would make them. */
  facts?: SubjectFacts;
  /**
   * Writes what makes the person so, in the transaction that records the token; undefined: nothing is to be written.
   * Returns what the store says then.
   */
  write?: (trx: Database) => Promise<SubjectFacts>;
}

/** A minted token. */
export interface MintedToken {
  idToken: string;
  expiresInSeconds: number;
}

/**
 * Mints an ID token for a named subject, if the tenant's rules let the client act for them now.
 *
 * Every mint and every refusal that knows its tenant is recorded for the tenant's administrators, before the
 * token leaves; where an assertion named the person, in one write with the assertion's use.
 *
 * @param provider the Provider that serves now
 * @param client the client that asks; it is authenticated
 * @throws OperationError as `decideSubject` does, and subject_token_replayed
 */
export async function mintIdToken(
  provider: Provider,
  client: Client,
  deps: MintDeps,
  named: NamedSubject,
): Promise<MintedToken> {
  const decided = await decide(deps, client, named);
  const nowSeconds = Math.floor(deps.clock().getTime() / 1000);
  const audience = await provider.Client.find(deps.awsClientId);
  if (audience === undefined) {
    throw new OperationError(
      "client_not_found",
      "The client registered with AWS (TTI_CLIENT_ID) is not registered here.",
    );
  }
  const idToken = await issueIdToken(provider, {
    client: audience,
    subject: decided.claims,
    // Nobody's login is made up: where none is known the token says nothing of it.
    authTime: named.authTime ?? secondsOf(decided.lastLoginAtMs),
    tenantClaim: deps.tenantClaim,
    ...(named.amr === undefined ? {} : { amr: named.amr }),
    // RFC 8693 section 4.1: the client acts for the person.
    act: { sub: client.clientId },
  });
  const { jti = "", exp = nowSeconds } = decodeJwt(idToken);
  await recordMint(deps, client, named, decided, jti);
  return { idToken, expiresInSeconds: exp - nowSeconds };
}

const secondsOf = (ms: number | null): number | undefined =>
  ms === null ? undefined : Math.floor(ms / 1000);

async function decide(deps: MintDeps, client: Client, named: NamedSubject): Promise<DecidedSubject> {
  const { accountId, tenantId } = named;
  const now = deps.clock();
  const query = { accountId, tenantId, clientId: client.clientId, nowMs: now.getTime() };
  const facts = named.facts ?? (await deps.readSubject(query));
  try {
    if (named.by === "access_token" || named.by === "refresh_token") {
      if (tenantId !== undefined) assertMayActFor(client, "mint", tenantId);
      assertLoginOpens(facts, named.login);
    }
    return decideFacts(facts, deps, false, now);
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
