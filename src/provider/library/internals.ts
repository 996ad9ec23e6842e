// Owns everything we change inside oidc-provider's models, in one place, so that an upgrade is reviewed here.
// Each change is to a class that belongs to one Provider; nothing global is touched.
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import type { Client, KoaContextWithOIDC } from "oidc-provider";
import ProviderClass from "oidc-provider";
import { confirm } from "oidc-provider/lib/actions/end_session.js";
import { keepClientGenerations } from "./client_generation.ts";
import { rememberClients } from "./client_memory.ts";
import { type DeviceCodeGuards, guardDeviceCodes } from "./device_codes.ts";
import { writeFoundWhereTheyAre } from "./found_records.ts";
import { type IdTokenSeal, sealIdTokens } from "./id_token_seal.ts";
import { type LeftApplication, tellLogoutsLater } from "./logout_tokens.ts";
import { keepResourceRights } from "./resource_rights.ts";
import { type EndSessionId, keepSessionIds } from "./session_ids.ts";
import { findBoundAsRegistered } from "./token_binding.ts";

/** The library's own check of a proof of possession, for the grants that are ours (proof_of_possession.ts). */
export {
  checkDpopReplay as checkProofReplay,
  default as validateProof,
} from "oidc-provider/lib/helpers/validate_dpop.js";

/** What a Provider keeps for itself: its grants, for one_write.ts. */
export { default as keptByProvider } from "oidc-provider/lib/helpers/weak_cache.js";

/** What the changes need to know. */
export interface ModelChanges extends IdTokenSeal {
  /** Members of a grant that are stored beside the library's own. */
  grantMembers: readonly string[];
  /** Records that an assertion was used. Returns whether this was the first time. */
  recordUse(issuer: string, jti: string, expiresAtSeconds: number): Promise<boolean>;
  /** Compares a presented client secret with what is stored of the client's. */
  matchesSecret(client: Client, presented: string): boolean;
  /** Tells whether a presented redirect URI is one of those a client registered. */
  isRegisteredRedirect(client: Client, registered: readonly string[], presented: string): boolean;
  deviceCodes: DeviceCodeGuards;
  endSessionId: EndSessionId;
  /** Tells whether a token is bound to a key, or not, as its client must have it. */
  isBoundAsRegistered(client: Client, token: { kind: string; jkt?: string }): boolean;
  /** Puts in that a person left one application, for it to be told. */
  leaveApplication(application: LeftApplication): Promise<void>;
}

/**
 * Changes a new Provider's models. Call it before the Provider serves anything: the library remembers a
 * model's members at first use.
 */
export function changeModels(provider: Provider, changes: ModelChanges): void {
  keepClientGenerations(provider);
  rememberClients(provider);
  keepResourceRights(provider);
  keepInGrants(provider, changes.grantMembers);
  sealIdTokens(provider, changes);
  recordUsesAtomically(provider, changes.recordUse);
  compareHashedSecrets(provider, changes.matchesSecret);
  matchRedirectsExactly(provider, changes.isRegisteredRedirect);
  askAgainWhereToReturn(provider);
  guardDeviceCodes(provider, changes.deviceCodes);
  findBoundAsRegistered(provider, changes.isBoundAsRegistered);
  tellLogoutsLater(provider, changes.leaveApplication);
  keepRefusedOutOfSessions(provider);
  keepSessionIds(provider, changes.endSessionId);
  writeFoundWhereTheyAre(provider);
}

function keepInGrants(provider: Provider, own: readonly string[]): void {
  const members = [...provider.Grant.IN_PAYLOAD, ...own];
  Object.defineProperty(provider.Grant, "IN_PAYLOAD", { get: () => members });
}

// The library looks for a record, then writes one: twenty at once all find none.
function recordUsesAtomically(provider: Provider, recordUse: ModelChanges["recordUse"]): void {
  provider.ReplayDetection.unique = (issuer, jti, expiresAtSeconds) =>
    recordUse(issuer, jti, expiresAtSeconds);
}

function compareHashedSecrets(provider: Provider, matches: ModelChanges["matchesSecret"]): void {
  provider.Client.prototype.compareClientSecret = function compare(presented: string) {
    return matches(this, presented);
  };
}

// The library ignores the port of localhost too, and does so by a search in the text.
function matchRedirectsExactly(provider: Provider, matches: ModelChanges["isRegisteredRedirect"]): void {
  provider.Client.prototype.redirectUriAllowed = function isRegistered(presented: string) {
    return matches(this, this.redirectUris ?? [], presented);
  };
  provider.Client.prototype.postLogoutRedirectUriAllowed = function isRegistered(presented: string) {
    return matches(this, this.postLogoutRedirectUris ?? [], presented);
  };
}

// Where a sign-in returns was judged when it began. It may take half an hour, and the address may have been taken from the
// client meanwhile: then neither a code nor an error goes there (assembly/bind_tenant_to_login.ts asks for the code).
function askAgainWhereToReturn(provider: Provider): void {
  const asked = new WeakMap<object, boolean>();
  Object.defineProperty(
    (provider as unknown as { OIDCContext: { prototype: object } }).OIDCContext.prototype,
    "redirectUriCheckPerformed",
    {
      configurable: true,
      get(this: { route: string }) {
        return this.route !== "resume" && asked.get(this) === true;
      },
      set(this: object, done: boolean) {
        asked.set(this, done);
      },
    },
  );
}

interface SessionClients {
  authorizations?: Record<string, object>;
  authorizationFor(clientId: string, value?: string): object;
  grantIdFor(clientId: string, value?: string): string | undefined;
  ensureClientContainer(clientId: string): void;
}

// The library writes a client into the session by reading what it has there, and gives it its sid before the request is
// decided. Each client of a session is told of the logout: one that was refused must not hear of it.
function keepRefusedOutOfSessions(provider: Provider): void {
  const session = provider.Session.prototype as unknown as SessionClients;
  const { authorizationFor, grantIdFor, ensureClientContainer } = session;
  const accepted = new WeakSet<object>();
  const isUndecided = (): boolean => {
    const oidc = ProviderClass.ctx?.oidc;
    return (
      oidc !== undefined &&
      /^(authorization|resume|code_verification|device_resume)$/.test(oidc.route) &&
      !accepted.has(oidc)
    );
  };
  session.authorizationFor = function read(clientId, value) {
    if (value === undefined && this.authorizations?.[clientId] === undefined) return {};
    return authorizationFor.call(this, clientId, value);
  };
  session.grantIdFor = function decided(clientId, value) {
    return value !== undefined && isUndecided() ? undefined : grantIdFor.call(this, clientId, value);
  };
  session.ensureClientContainer = function decided(clientId) {
    if (!isUndecided()) ensureClientContainer.call(this, clientId);
  };
  provider.on("authorization.accepted", ({ oidc }) => {
    accepted.add(oidc);
    const grantId = oidc.grant?.jti;
    if (oidc.client === undefined || grantId === undefined) return;
    const own = oidc.session as unknown as SessionClients;
    own.ensureClientContainer(oidc.client.clientId);
    own.grantIdFor(oidc.client.clientId, grantId);
  });
}

/**
 * Reads this browser's session.
 * @returns its uid and account; undefined if nobody is signed in, or the session has ended
 */
export async function sessionOf(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ sessionUid: string; accountId: string } | undefined> {
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
