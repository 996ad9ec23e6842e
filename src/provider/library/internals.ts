// Owns everything we change inside oidc-provider's models, in one place, so that an upgrade is reviewed here.
// Each change is to a class that belongs to one Provider; nothing global is touched.
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type CompactVerifyGetKey, createLocalJWKSet, type JWK } from "jose";
import type Provider from "oidc-provider";
import type {
  AccessToken,
  AdapterPayload,
  Client,
  Grant,
  IdToken,
  KoaContextWithOIDC,
  RefreshToken,
} from "oidc-provider";
import ProviderClass from "oidc-provider";
import { confirm } from "oidc-provider/lib/actions/end_session.js";
import { matchesClientSecret } from "../clients/client_secret.ts";
import { isRegisteredRedirect } from "../clients/redirect_uris.ts";
import { readVouchMethod, type Vouched, type VouchMethod } from "../sessions/voucher.ts";
import type { SessionKey } from "../sessions/voucher_store.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import type { TokenRecord } from "../storage/rotation_store.ts";
import { type Audience, disclosedDetails } from "../subjects/claims.ts";

/** A grant names the tenant it was made for, once and for all, and the login by which the person opened it. */
export interface TenantGrant extends Grant {
  tenantId?: string;
  vouchedBy?: VouchMethod;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  signInGeneration?: number;
  /** As in {@link Vouched}; absent in a grant of before it was kept. */
  memberSinceMs?: number | null;
}

/** The login a grant is made by: as it opened the grant's tenant. */
export type GrantLogin = Pick<Vouched, "method" | "generation" | "memberSinceMs">;

/** What the changes need to know. */
export interface ModelChanges {
  /** Configured name of the claim that carries the tenant. */
  tenantClaim: string;
  /** The client whose ID tokens AWS accepts. */
  awsClientId: string;
  /** Records that an assertion was used. Returns whether this was the first time. */
  recordUse(id: string, issuer: string, expiresAtSeconds: number): Promise<boolean>;
  /** Takes work that goes on after the answer; it never rejects. */
  meanwhile(work: Promise<void>): void;
}

/**
 * Changes a new Provider's models. Call it before the Provider serves anything: the library remembers a
 * model's members at first use.
 */
export function changeModels(provider: Provider, changes: ModelChanges): void {
  keepTenantInGrant(provider);
  sealIdTokens(provider, changes);
  recordUsesAtomically(provider, changes.recordUse);
  compareHashedSecrets(provider);
  matchRedirectsExactly(provider);
  tellOfLogoutsMeanwhile(provider, changes.meanwhile);
}

/** Reads the tenant a grant was made for. */
export function tenantOfGrant(grant: Grant | undefined): string | undefined {
  return (grant as TenantGrant | undefined)?.tenantId;
}

/**
 * Reads the login a grant came from.
 * @returns undefined for a grant without one (made before logins were recorded): no token comes of it
 */
export function loginOfGrant(grant: Grant | undefined): Vouched | undefined {
  const { tenantId, vouchedBy, signInGeneration, memberSinceMs } = (grant ?? {}) as TenantGrant;
  const method = readVouchMethod(vouchedBy);
  if (method === undefined || tenantId === undefined) return undefined;
  return {
    method,
    tenantId: method === "password" ? null : tenantId,
    generation: signInGeneration ?? 0,
    memberSinceMs: memberSinceMs ?? null,
  };
}

/**
 * Makes an unsaved grant for one account, client and tenant; without a tenant, or a login that opened it, no token
 * comes of it.
 */
export function createGrant(
  provider: Provider,
  names: {
    accountId: string;
    clientId: string;
    tenantId: string | undefined;
    login: GrantLogin | undefined;
  },
): TenantGrant {
  const grant: TenantGrant = new provider.Grant({ accountId: names.accountId, clientId: names.clientId });
  if (names.tenantId !== undefined) grant.tenantId = names.tenantId;
  if (names.login !== undefined) keepLogin(grant, names.login);
  return grant;
}

/** Writes into an unsaved grant by which login it is. */
export function keepLogin(grant: TenantGrant, login: GrantLogin): void {
  grant.vouchedBy = login.method;
  grant.signInGeneration = login.generation;
  grant.memberSinceMs = login.memberSinceMs;
}

function keepTenantInGrant(provider: Provider): void {
  const members = [
    ...provider.Grant.IN_PAYLOAD,
    "tenantId",
    "vouchedBy",
    "signInGeneration",
    "memberSinceMs",
  ];
  Object.defineProperty(provider.Grant, "IN_PAYLOAD", { get: () => members });
}

/** What the library's models can do beyond their type declarations. */
interface StorableToken {
  generateTokenId(): string;
  getValueAndPayload(): Promise<{ payload: AdapterPayload }>;
}

/**
 * A token as the library would save it, for whoever saves it in a transaction of their own. It gets its value here
 * if it has none yet.
 */
export async function tokenRecordOf(token: AccessToken | RefreshToken, now: Date): Promise<TokenRecord> {
  const storable = token as unknown as StorableToken;
  token.jti ??= storable.generateTokenId();
  const { payload } = await storable.getValueAndPayload();
  return { id: token.jti, payload, expiresAtMs: now.getTime() + token.remainingTTL * 1000 };
}

// The last word on every ID token, whatever flow made it. Members set here are merged after the library's
// own masks by scope, so they always come out, and nothing that ran before can have replaced them.
function sealIdTokens(
  provider: Provider,
  { tenantClaim, awsClientId }: Pick<ModelChanges, "tenantClaim" | "awsClientId">,
): void {
  const issue = provider.IdToken.prototype.issue;
  provider.IdToken.prototype.issue = async function sealAndIssue(this: IdToken, context) {
    if (context.use !== "idtoken") return issue.call(this, context);
    const tells = disclosedDetails(audienceOf(this.client), awsClientId, scopesOf(this));
    for (const name of ["sub", "email", tenantClaim]) {
      const value = this.available[name];
      if (typeof value !== "string" || value === "")
        throw new Error(`an ID token without ${name} must not leave`);
      if (name !== "email" || tells.email) this.set(name, value);
    }
    if (this.available["email_verified"] !== true)
      throw new Error("an ID token needs a proven e-mail address");
    if (tells.email) this.set("email_verified", true);
    else for (const name of ["email", "email_verified"]) delete this.extra[name];
    sealAuthTime(this);
    if (tells.name && this.available["name"] !== undefined) this.set("name", this.available["name"]);
    else delete this.extra["name"];
    // The library sets these from the clock unless they are there already.
    delete this.extra["iat"];
    delete this.extra["nbf"];
    // Identity Center accepts a jti once: 128 random bits, new for every token.
    this.set("jti", randomBytes(16).toString("base64url"));
    return issue.call(this, context);
  };
}

const audienceOf = (client: Client): Audience => ({
  clientId: client.clientId,
  firstParty: client["first_party"] === true,
});

// What the library's own flows filter by; a minted token has none, and its audience is the client of AWS.
function scopesOf(token: IdToken): ReadonlySet<string> {
  const scope = Reflect.get(token, "scope");
  return new Set(typeof scope === "string" ? scope.split(" ") : []);
}

// A person signed in for every token but those a client asked for in their absence: there, it may not be known when.
function sealAuthTime(token: IdToken): void {
  const authTime = token.available["auth_time"];
  if (authTime === undefined && token.extra["act"] !== undefined) return;
  if (!Number.isSafeInteger(authTime)) throw new Error("an ID token needs auth_time");
  token.set("auth_time", authTime);
}

// The library looks for a record, then writes one: twenty at once all find none.
function recordUsesAtomically(provider: Provider, recordUse: ModelChanges["recordUse"]): void {
  provider.ReplayDetection.unique = (issuer, jti, expiresAtSeconds) =>
    recordUse(useIdOf(issuer, jti), issuer, expiresAtSeconds);
}

/** The id under which the use of an assertion is recorded, so that it is used once. */
export function useIdOf(issuer: string, jti: string): string {
  return hashRecordId(JSON.stringify([issuer, jti]));
}

function compareHashedSecrets(provider: Provider): void {
  provider.Client.prototype.compareClientSecret = function compare(presented: string) {
    return matchesClientSecret(this.clientSecret, presented);
  };
}

// The library ignores the port of localhost too, and does so by a search in the text.
function matchRedirectsExactly(provider: Provider): void {
  provider.Client.prototype.redirectUriAllowed = function isRegistered(presented: string) {
    return isRegisteredRedirect(this, this.redirectUris ?? [], presented);
  };
  provider.Client.prototype.postLogoutRedirectUriAllowed = function isRegistered(presented: string) {
    return isRegisteredRedirect(this, this.postLogoutRedirectUris ?? [], presented);
  };
}

// The library answers the person once every client was told. Nobody waits for a client's server, and how long an answer
// takes says nothing of what is there. What the library reports as success is that the telling began.
function tellOfLogoutsMeanwhile(provider: Provider, meanwhile: ModelChanges["meanwhile"]): void {
  const client = provider.Client.prototype as unknown as {
    backchannelLogout(this: Client, accountId: string, sid: string | undefined): Promise<void>;
  };
  const tell = client.backchannelLogout;
  const emitter: NodeJS.EventEmitter = provider;
  client.backchannelLogout = async function tellMeanwhile(accountId, sid) {
    const { ctx } = ProviderClass;
    meanwhile(
      tell.call(this, accountId, sid).catch((error: unknown) => {
        emitter.emit("backchannel.error", ctx, error, this, accountId, sid);
      }),
    );
  };
}

/** The keys a client registered, by value or by `jwks_uri`. */
interface ClientKeyStore extends Iterable<JWK> {
  /** Fetches a `jwks_uri` unless what was fetched is still fresh. */
  refresh(): Promise<void>;
  /** The keys as imported for verification, beside those they were imported from. */
  [imported]?: { from: readonly JWK[]; find: CompactVerifyGetKey };
}

const imported = Symbol("imported");

/**
 * Makes the search among a client's registered public keys. Those behind a `jwks_uri` are fetched through the
 * provider's guarded fetch and kept as long as the answer's headers allow. Keys are imported once: that takes
 * longer than the verification.
 */
export function verificationKeysOf(client: Client): CompactVerifyGetKey {
  const { asymmetricKeyStore: keys } = client as unknown as { asymmetricKeyStore: ClientKeyStore };
  return async (header, token) => {
    if (client.jwksUri !== undefined) await keys.refresh();
    const from = [...keys];
    // A refresh replaces every key by a new object.
    const known = keys[imported];
    const same = known?.from.length === from.length && from.every((key, index) => key === known.from[index]);
    const { find } = same ? known : { find: createLocalJWKSet({ keys: from }) };
    if (!same) keys[imported] = { from, find };
    return find(header, token);
  };
}

/**
 * Reads this browser's session.
 * @returns its uid and account; undefined if nobody is signed in, or the session has ended
 */
export async function sessionOf(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<SessionKey | undefined> {
  const { uid, accountId } = await provider.Session.get(provider.createContext(request, response));
  return accountId === undefined ? undefined : { sessionUid: uid, accountId };
}

/** Ends the session of a logout request as a confirmed one would, and sends the browser on. */
export async function endSessionNow(ctx: KoaContextWithOIDC): Promise<void> {
  const end = confirm.at(-1);
  if (end === undefined) throw new Error("oidc-provider's logout has no steps");
  Object.assign(ctx.oidc.params ?? {}, { logout: "yes" });
  await end(ctx);
}
