// Owns the refresh token grant (RFC 6749 section 6). The library's own uses the old token up, then signs, then
// saves: a fault in between costs the session, and a repeated request ends it. Here everything is signed first, and
// one transaction uses the old token up and saves what follows it.
import type Provider from "oidc-provider";
import {
  type Client,
  errors,
  type FindAccount,
  type Grant,
  type KoaContextWithOIDC,
  type RefreshToken,
  type ResourceServer,
} from "oidc-provider";
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { NewAuditEvent } from "../../audit/event_types.ts";
import { grantTypes, personScope } from "../../grants_and_scopes.ts";
import type { InstallationPart } from "../../installation.ts";
import { bindToKey, type KeyProof, readKeyProof } from "../library/proof_of_possession.ts";
import { tokenRecordOf } from "../library/stored_token.ts";
import { getResourceServer } from "../resources/resource_access.ts";
import { tenantOfGrant } from "../sessions/tenant_grant.ts";
import type { Exchanger } from "../storage/exchange_store.ts";
import { createRecordOnce, deleteFamilyOfRecord } from "../storage/record_store.ts";
import { findRefreshTokenUse, repeatRotation } from "../storage/rotation_store.ts";
import { deriveSuccessorKeys, judgePresentation, successorOf } from "./successor.ts";

export const refreshParameters = ["refresh_token", "scope", "resource"] as const;

const mostReadings = 3;

/** What a refresh is made from, once it may be. */
interface Presented {
  value: string;
  token: RefreshToken;
  grant: Grant;
  claims: { sub: string; [name: string]: unknown };
  /** The key that was proven. */
  proof: KeyProof | undefined;
  /** The value that follows; undefined for a client that keeps its token. */
  successor: string | undefined;
}

/** Makes the handler. Register it before the provider serves. */
export function refreshHandler(
  provider: Provider,
  deps: InstallationPart<"db" | "clock" | "issuer" | "refreshGraceSeconds" | "secrets"> & {
    exchange: Exchanger;
  },
  findAccount: FindAccount,
) {
  const successorKeys = deriveSuccessorKeys(deps.secrets);
  const graceMs = deps.refreshGraceSeconds * 1000;
  const used = new WeakSet<KoaContextWithOIDC>();

  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    // A token only goes on: good, used, its successor used. Whoever loses a race reads how far it is by now; a third
    // reading finds a reuse at the latest, ends the family and says so in the trail.
    for (let reading = 1; reading <= mostReadings; reading += 1) {
      const presented = await readPresented(ctx);
      if (await answer(ctx, presented)) return;
    }
    throw new Error("a refresh token was used by others without end");
  };

  async function readPresented(ctx: KoaContextWithOIDC): Promise<Presented> {
    const value = ctx.oidc.params?.["refresh_token"];
    if (typeof value !== "string")
      throw new errors.InvalidRequest("missing required parameter 'refresh_token'");
    const client = clientOf(ctx);
    const proof = await readKeyProof(provider, ctx);
    const token = await provider.RefreshToken.find(value, { ignoreExpiration: true });
    if (token?.grantId === undefined) throw new errors.InvalidGrant("refresh token not found");
    if (token.clientId !== client.clientId) throw new errors.InvalidGrant("client mismatch");
    if (token.isExpired) throw new errors.InvalidGrant("refresh token is expired");
    const grant = await provider.Grant.find(token.grantId, { ignoreExpiration: true } as never);
    if (!grant) throw new errors.InvalidGrant("grant not found");
    if (grant.isExpired) throw new errors.InvalidGrant("grant is expired");
    if (grant.clientId !== client.clientId) throw new errors.InvalidGrant("client mismatch");
    if (grant.accountId !== token.accountId) throw new errors.InvalidGrant("accountId mismatch");
    // Of a public client; a confidential one has proven who it is (RFC 9449 section 5).
    if (token.jkt !== undefined && token.jkt !== proof?.thumbprint) {
      throw new errors.InvalidGrant("failed jkt verification");
    }
    const successor = await followUp(value, token, grant, client);
    assertScopes(ctx, token);
    ctx.oidc.entity("RefreshToken", token);
    ctx.oidc.entity("Grant", grant);
    const account = await findAccount(ctx, token.accountId, token);
    if (!account) throw new errors.InvalidGrant("refresh token invalid (referenced account not found)");
    ctx.oidc.entity("Account", account);
    const claims = await account.claims("id_token", token.scope ?? "", {}, []);
    return { value, token, grant, claims, proof, successor };
  }

  // A reuse is found before anything is asked or signed.
  async function followUp(
    value: string,
    token: RefreshToken,
    grant: Grant,
    client: Client,
  ): Promise<string | undefined> {
    const rotates = client["rotate_refresh_token"] !== false;
    const candidates = successorKeys.map((key) => successorOf(key, value));
    if (!token.consumed) return rotates ? candidates[0] : undefined;
    const nowMs = deps.clock().getTime();
    const usedAtMs = await findRefreshTokenUse(deps.db, value);
    // After a change of TTI_SECRETS the successor may have been made with the former key.
    for (const candidate of candidates) {
      const successorUsedAtMs = await findRefreshTokenUse(deps.db, candidate);
      const judgement = judgePresentation(usedAtMs, successorUsedAtMs, nowMs, graceMs);
      if (judgement === "repeat") return candidate;
    }
    await endFamily(value, token, grant, client);
    throw new errors.InvalidGrant("refresh token already used");
  }

  async function endFamily(value: string, token: RefreshToken, grant: Grant, client: Client): Promise<void> {
    const { accountId } = token;
    const { clientId } = client;
    // Anybody may say to be a public client.
    const actor = client.clientAuthMethod === "none" ? "nobody" : `client:${clientId}`;
    await deps.db.transaction(async (trx) => {
      await deleteFamilyOfRecord(trx, "RefreshToken", value);
      const parties = { clientId, accountId, tenantId: tenantOfGrant(grant) };
      const event = { type: "refresh_token.reused", actor, ...parties } as const;
      await createAuditEvent(trx, event, deps.clock());
    });
  }

  /** @returns false if another request used the token up meanwhile: nothing was saved then */
  async function answer(ctx: KoaContextWithOIDC, presented: Presented): Promise<boolean> {
    const { value, token, grant, successor } = presented;
    const client = clientOf(ctx);
    const scope = ctx.oidc.params?.["scope"] === undefined ? token.scopes : ctx.oidc.requestParamScopes;
    const { accountId, sid, sessionUid, expiresWithSession, claims, grantId = "" } = token;
    const gty = token.gty?.endsWith(grantTypes.refreshToken)
      ? token.gty
      : `${token.gty} ${grantTypes.refreshToken}`;
    const shared = { accountId, client, grantId, gty, sid, sessionUid, expiresWithSession, claims };

    const oidcScope = grant.getOIDCScopeFiltered(scope);
    const server = await resourceOf(ctx, token);
    const access = new provider.AccessToken({
      ...shared,
      scope: server === undefined ? oidcScope : scopeAt(server, grant, scope),
      ...(server === undefined
        ? {}
        : { resourceServer: new provider.ResourceServer(server.audience, server) }),
    } as never);
    await bindOnce(ctx, presented, access);
    ctx.oidc.entity("AccessToken", access);
    const idToken = scope.has(personScope.openid) ? await signIdToken(ctx, presented, oidcScope) : undefined;

    const { acr, amr, authTime, nonce, iiat, resource, jkt, rotations = 0 } = token;
    const carried = {
      acr,
      amr,
      authTime,
      nonce,
      iiat,
      resource,
      jkt,
      scope: token.scope,
      rotations: rotations + 1,
    };
    const next =
      successor === undefined
        ? undefined
        : new provider.RefreshToken({ ...shared, ...carried, jti: successor } as never);

    const saved = await save(presented, next, access, {
      clientId: client.clientId,
      accountId,
      tenantId: tenantOfGrant(grant) ?? "",
      jti: idToken?.jti,
      resource: server?.audience,
    });
    if (saved === undefined) return false;
    if (next) {
      ctx.oidc.entity("RotatedRefreshToken", token);
      ctx.oidc.entity("RefreshToken", next);
      token.emit("consumed");
      next.emit("saved");
    }
    access.emit("saved");
    ctx.body = {
      access_token: saved,
      expires_in: access.expiration,
      ...(idToken === undefined ? {} : { id_token: idToken.jwt }),
      refresh_token: next?.jti ?? value,
      scope: access.scope,
      token_type: access.tokenType,
    };
    return true;
  }

  async function save(
    { value, token }: Presented,
    next: RefreshToken | undefined,
    access: InstanceType<Provider["AccessToken"]>,
    issued: {
      clientId: string;
      accountId: string;
      tenantId: string;
      jti: string | undefined;
      resource: string | undefined;
    },
  ): Promise<string | undefined> {
    const now = deps.clock();
    const successor = next && (await tokenRecordOf(next, now));
    const { value: accessToken, id, payload, expiresAtMs } = await tokenRecordOf(access, now);
    const { jti, resource, clientId, ...parties } = issued;
    const details = { by: grantTypes.refreshToken, jti, resource };
    const event: NewAuditEvent | undefined =
      jti === undefined && resource === undefined
        ? undefined
        : { type: "token.issued", actor: `client:${clientId}`, clientId, ...parties, details };
    // A signed one is kept nowhere.
    const given = payload === undefined ? [] : [{ model: "AccessToken", id, payload, expiresAtMs }];
    if (successor !== undefined && !token.consumed) {
      const used = { model: "RefreshToken", id: value };
      const isFirst = await deps.exchange({
        ...{ used, event, now },
        given: [{ ...successor, model: "RefreshToken" }, ...given],
      });
      return isFirst ? accessToken : undefined;
    }
    return deps.db
      .transaction(async (trx) => {
        const times = { nowMs: now.getTime(), graceMs };
        if (successor && !(await repeatRotation(trx, { presented: value, successor, ...times })))
          throw new LostRace();
        for (const { model, ...record } of given)
          await createRecordOnce(trx, model, record.id, record.payload, record.expiresAtMs);
        if (event !== undefined) await createAuditEvent(trx, event, now);
        return accessToken;
      })
      .catch((error: unknown) => {
        if (error instanceof LostRace) return undefined;
        throw error;
      });
  }

  // A lost race is another reading of the same request: its proof was used by it alone.
  async function bindOnce(
    ctx: KoaContextWithOIDC,
    { proof }: Presented,
    access: InstanceType<Provider["AccessToken"]>,
  ): Promise<void> {
    if (proof !== undefined && used.has(ctx)) access.setThumbprint("jkt", proof.thumbprint);
    else await bindToKey(provider, ctx, proof, access);
    used.add(ctx);
  }

  // What was asked for at sign-in stays so, and as long only as the client may ask for it.
  async function resourceOf(ctx: KoaContextWithOIDC, token: RefreshToken) {
    const asked = ctx.oidc.params?.["resource"] ?? token.resource;
    if (asked === undefined) return undefined;
    if (typeof asked !== "string" || asked !== token.resource) throw new errors.InvalidTarget();
    return getResourceServer(deps, clientOf(ctx).clientId, asked, "person");
  }

  async function signIdToken(ctx: KoaContextWithOIDC, presented: Presented, scope: string) {
    const { token } = presented;
    const { acr, amr, authTime, nonce, sid } = token;
    const idToken = new provider.IdToken({ ...presented.claims, acr, amr, auth_time: authTime }, { ctx });
    Object.assign(idToken, { scope });
    idToken.set("nonce", nonce);
    idToken.set("sid", sid);
    const jwt = await idToken.issue({ use: "idtoken" });
    return { jwt, jti: String(idToken.extra["jti"]) };
  }
}

// Of what was asked for, what the person granted at the resource and the client may have there.
function scopeAt(server: ResourceServer, grant: Grant, scope: ReadonlySet<string>): string {
  const allowed = server.scope.split(" ").filter((one) => scope.has(one));
  return grant.getResourceScopeFiltered(server.audience ?? "", allowed);
}

// Rolls the transaction back; never leaves this file.
class LostRace extends Error {}

function clientOf(ctx: KoaContextWithOIDC): Client {
  const { client } = ctx.oidc;
  if (!client) throw new Error("the token endpoint authenticates its client");
  return client;
}

function assertScopes(ctx: KoaContextWithOIDC, token: RefreshToken): void {
  if (ctx.oidc.params?.["scope"] === undefined) return;
  const missing = [...ctx.oidc.requestParamScopes].filter((scope) => !token.scopes.has(scope));
  if (missing.length > 0) {
    throw new errors.InvalidScope("refresh token missing requested scope", missing.join(" "));
  }
}
