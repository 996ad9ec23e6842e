// Owns the grant of another vendor's application: what the person was asked in this session, and what they gave before, for the
// same organization, in whatever browser. More than that is asked for; `prompt=consent` asks always.
import type { Client, Grant, KoaContextWithOIDC } from "oidc-provider";
import { personScope } from "../../grants_and_scopes.ts";
import type { StoreAndClock } from "../../installation.ts";
import { resourceScopesOf } from "../interactions/prompts.ts";
import { generationIn } from "../library/client_generation.ts";
import {
  type ConsentKey,
  findConsent,
  type Given,
  saveConsent,
  useConsent,
} from "../sessions/consent_store.ts";
import type { GrantLogin, TenantGrant } from "../sessions/tenant_grant.ts";

/** What a request is decided by. */
export interface ConsentRequest {
  client: Client;
  accountId: string;
  sessionUid: string;
  tenantId: string;
  /** The login that opens the tenant. */
  login: GrantLogin;
  /** The session's grant, if there is one that lives long enough. */
  standing: TenantGrant | undefined;
  /** Makes another, unsaved. */
  make(): TenantGrant;
}

/**
 * Finds or makes the grant. The library asks the person for what it lacks.
 * @returns undefined: the person is asked for everything
 */
export async function grantByConsent(
  ctx: KoaContextWithOIDC,
  { db, clock }: StoreAndClock,
  request: ConsentRequest,
): Promise<Grant | undefined> {
  const { client, accountId, tenantId, standing } = request;
  const key: ConsentKey = { accountId, clientId: client.clientId, tenantId };
  const { oidc } = ctx;
  if (standing !== undefined && oidc.result?.consent?.grantId === standing.jti) {
    if (await remember({ db, clock }, key, request, standing)) return standing;
    // Where the grant is gone, it was taken back at this moment; else a login is over, and no token comes of it.
    return oidc.provider.Grant.find(standing.jti);
  }
  if (oidc.promptPending("consent")) return standing;
  const asked: Given = {
    // Nobody goes on while the person is away by what is remembered alone.
    scopes: [...oidc.requestParamOIDCScopes].filter((scope) => scope !== personScope.offlineAccess),
    resources: resourceScopesOf(ctx),
  };
  const missing = standing === undefined ? asked : less(asked, givenIn(standing, asked));
  if (isNothing(missing) && standing !== undefined) return standing;
  const given = await findConsent(db, key);
  if (given === undefined) return standing;
  const left = less(missing, given);
  if (oidc.promptPending("none") && !isNothing(left)) return standing;
  const grant = standing ?? request.make();
  const taken = less(missing, left);
  grant.addOIDCScope([...taken.scopes]);
  for (const [identifier, scopes] of Object.entries(taken.resources)) {
    if (scopes.length > 0) grant.addResourceScope(identifier, [...scopes]);
  }
  await grant.save();
  if (await useConsent(db, key, clock())) return grant;
  // Taken back at this moment.
  await grant.destroy();
  return undefined;
}

// Beside what was given before, which the session's grant need not hold.
async function remember(
  { db, clock }: StoreAndClock,
  key: ConsentKey,
  { client, login, sessionUid }: ConsentRequest,
  grant: Grant,
): Promise<boolean> {
  const before = await findConsent(db, key);
  const resources: Record<string, string[]> = {};
  const identifiers = [...Object.keys(before?.resources ?? {}), ...Object.keys(grant.resources ?? {})];
  for (const identifier of new Set(identifiers)) {
    resources[identifier] = merged(
      before?.resources[identifier] ?? [],
      words(grant.getResourceScope(identifier)),
    );
  }
  const scopes = merged(before?.scopes ?? [], words(grant.getOIDCScope()));
  const by = { login, sessionUid, grantId: grant.jti, clientGeneration: generationIn(client, "") };
  return saveConsent(db, key, { scopes, resources }, by, clock());
}

function givenIn(grant: Grant, { resources }: Given): Given {
  const at = Object.keys(resources).map((id) => [id, words(grant.getResourceScope(id))]);
  return { scopes: words(grant.getOIDCScope()), resources: Object.fromEntries(at) };
}

// What of one is not in the other.
function less(some: Given, other: Given): Given {
  const without = (ones: readonly string[], others: readonly string[] = []) =>
    ones.filter((one) => !others.includes(one));
  const at = Object.entries(some.resources).map(([id, scopes]) => [id, without(scopes, other.resources[id])]);
  return { scopes: without(some.scopes, other.scopes), resources: Object.fromEntries(at) };
}

const isNothing = ({ scopes, resources }: Given): boolean =>
  scopes.length === 0 && Object.values(resources).every((at) => at.length === 0);

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

const merged = (some: readonly string[], others: readonly string[]): string[] =>
  [...new Set([...some, ...others])].sort();
