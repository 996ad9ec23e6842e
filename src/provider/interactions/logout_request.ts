// Owns what a logout request's ID token hint is worth. A hint is optional: one that does not verify is left out, and the
// person is asked; one of this very session needs no question (OpenID Connect RP-Initiated Logout 1.0, section 2).
import { decodeJwt } from "jose";
import Provider, { type Client, type KoaContextWithOIDC } from "oidc-provider";
import { seeOther } from "../../see_other.ts";

const logoutPath = "/session/end";

/** The part of oidc-provider's ID tokens that reads a hint. */
interface HintReader {
  validate(hint: string, client: Client): Promise<{ payload: Record<string, unknown> } | undefined>;
}

/** Makes hints optional, at logout and at the authorization endpoint, and logouts of nobody free of traces. */
export function forgiveHints(provider: Provider): void {
  forgiveAtAuthorization(provider);
  provider.use(async function forgiveAtLogout(ctx, next) {
    if (ctx.path !== logoutPath || ctx.method !== "GET" || Object.values(ctx.query).some(Array.isArray)) {
      return next();
    }
    const query = { ...ctx.query } as Record<string, string>;
    const client = await settleClient(provider, query);
    const session = await provider.Session.get(provider.createContext(ctx.req, ctx.res));
    if (session.accountId === undefined && client !== "unknown") {
      const target = targetOfNobody(provider, client, query);
      if (target !== undefined) return seeOther(ctx, target);
    }
    ctx.query = query;
    await next();
  });
}

/**
 * Tells whether a logout needs no question: its hint is an ID token of this session, made for the client that asks.
 * @param ctx of a logout request whose hint, if there is one, has been verified
 */
export function endsWithoutQuestion({ oidc }: KoaContextWithOIDC): boolean {
  const { session, client } = oidc;
  const payload = oidc.entities.IdTokenHint?.payload as Record<string, unknown> | undefined;
  if (!session?.accountId || !client || payload === undefined) return false;
  // A minted token (RFC 8693 section 4.1) is no browser's. Only clients that registered for it have a sid in theirs.
  if (payload["sub"] !== session.accountId || payload["act"] !== undefined) return false;
  const sid = session.sidFor(client.clientId);
  return sid !== undefined && (payload["sid"] === undefined || payload["sid"] === sid);
}

// An unproven hint is left out: whoever forges one gets what they would have got without, whomever it names. Comparing
// it would tell whether that person is the one who is signed in.
function forgiveAtAuthorization(provider: Provider): void {
  const reader = provider.IdToken as unknown as HintReader;
  const validate = reader.validate;
  reader.validate = async function validateOrLeaveOut(this: HintReader, hint, client) {
    try {
      return await validate.call(this, hint, client);
    } catch (error) {
      if (Provider.ctx?.oidc.route !== "authorization") throw error;
      return undefined;
    }
  };
}

function unproven(hint: string): Record<string, unknown> {
  try {
    return { ...decodeJwt(hint) };
  } catch {
    return {};
  }
}

// Leaves a hint that does not verify out of the request. Its audience is then worth what a client_id is: a claim of
// whoever asks, good for finding the registered addresses to return to.
async function settleClient(
  provider: Provider,
  query: Record<string, string>,
): Promise<Client | "unknown" | undefined> {
  const hint = query["id_token_hint"];
  if (hint === undefined) return query["client_id"] ? findClient(provider, query["client_id"]) : undefined;
  const { aud } = unproven(hint);
  const clientId = query["client_id"] || (typeof aud === "string" ? aud : undefined);
  const client = clientId === undefined ? undefined : await findClient(provider, clientId);
  if (client !== undefined && client !== "unknown" && aud === client.clientId) {
    const reader = provider.IdToken as unknown as HintReader;
    if (
      await reader.validate(hint, client).then(
        () => true,
        () => false,
      )
    )
      return client;
  }
  delete query["id_token_hint"];
  if (client === "unknown" && !query["client_id"]) return undefined;
  if (client !== undefined && client !== "unknown") query["client_id"] = client.clientId;
  return client;
}

async function findClient(provider: Provider, clientId: string): Promise<Client | "unknown"> {
  return (await provider.Client.find(clientId).catch(() => undefined)) ?? "unknown";
}

// Where a browser goes in which nobody is signed in: there is nothing to end, to ask, or to store. Undefined: the
// library refuses the address.
function targetOfNobody(
  provider: Provider,
  client: Client | undefined,
  query: Record<string, string>,
): string | undefined {
  const uri = query["post_logout_redirect_uri"];
  if (client === undefined || !uri) return `${provider.issuer}${logoutPath}/success`;
  if (!client.postLogoutRedirectUriAllowed(uri)) return undefined;
  const target = new URL(uri);
  if (query["state"]) target.searchParams.set("state", query["state"]);
  return target.href;
}
