// Owns the way from one of our own tokens, presented by the client it was issued to, to its subject.
import type Provider from "oidc-provider";
import type { AccessToken, Client, RefreshToken } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { personScope } from "../../grants_and_scopes.ts";
import { loginBehind, tenantOfGrant } from "../sessions/tenant_grant.ts";
import type { NamedSubject } from "./named_subject.ts";

/** The two kinds of our tokens that may name a subject. */
export type OwnTokenKind = "access_token" | "refresh_token";

/**
 * Finds the subject of an access or refresh token of ours.
 *
 * It must be alive, of this client, granted `openid`, of a grant that stands, and — where it ends with the
 * browser session — of a session that stands. A refresh token is not used up by it.
 *
 * @throws OperationError subject_token_refused
 */
export async function resolveOwnTokenSubject(
  provider: Provider,
  client: Client,
  token: string,
  kind: OwnTokenKind,
): Promise<NamedSubject> {
  const found =
    kind === "access_token" ? await provider.AccessToken.find(token) : await findRefresh(provider, token);
  if (found === undefined || found.isExpired || found.clientId !== client.clientId) {
    throw refused(`is unknown, expired, or another client's ${kind.replace("_", " ")}`);
  }
  if ("aud" in found && found.aud !== undefined) throw refused("is for a resource, and for nothing else");
  if (found.jkt !== undefined) throw refused("is bound to a key, which is not proven here");
  if (!found.scopes.has(personScope.openid)) throw refused(`was not granted the scope ${personScope.openid}`);
  const grant = found.grantId === undefined ? undefined : await provider.Grant.find(found.grantId);
  if (grant === undefined || grant.isExpired || grant.accountId !== found.accountId) {
    throw refused("comes from a sign-in that was ended or revoked");
  }
  const loginSeconds = await loginTimeOf(provider, found, client);
  const tenantId = tenantOfGrant(grant);
  const login = loginBehind(grant, found.scopes);
  const sessionUid = found.expiresWithSession ? found.sessionUid : undefined;
  const { accountId } = found;
  return { accountId, tenantId, authTime: loginSeconds, amr: undefined, by: kind, login, sessionUid };
}

async function findRefresh(provider: Provider, token: string): Promise<RefreshToken | undefined> {
  const found = await provider.RefreshToken.find(token);
  return found?.consumed === undefined ? found : undefined;
}

async function loginTimeOf(
  provider: Provider,
  token: AccessToken | RefreshToken,
  client: Client,
): Promise<number | undefined> {
  if (token.expiresWithSession) {
    const session =
      token.sessionUid === undefined ? undefined : await provider.Session.findByUid(token.sessionUid);
    if (session === undefined || session.grantIdFor(client.clientId) !== token.grantId) {
      throw refused("comes from a browser session that has ended");
    }
    return session.authTime();
  }
  return "authTime" in token ? token.authTime : undefined;
}

function refused(what: string): OperationError {
  return new OperationError("subject_token_refused", `subject_token ${what}.`, {
    fix: "Present a live token of this client, or sign a subject assertion.",
  });
}
