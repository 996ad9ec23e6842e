// Owns minting at the token endpoint as any back end does it: the client signs who the user is, and gets an
// ID token in exchange (RFC 8693). Nothing here knows more than an ISV's back end would.
import { randomUUID } from "node:crypto";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import type { Clock } from "../clock.ts";
import { type ErrorCode, errorCatalogue, OperationError } from "../errors.ts";
import type { ClientKey } from "./client_key.ts";

/** Where and as whom to mint. */
export interface MintOptions {
  issuer: string;
  client: ClientKey;
  clock: Clock;
}

const uri = {
  tokenExchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  jwt: "urn:ietf:params:oauth:token-type:jwt",
  idToken: "urn:ietf:params:oauth:token-type:id_token",
  clientAssertion: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
} as const;

/** How long an assertion lives, in seconds; it is used at once. */
const assertionTtlSeconds = 60;

/**
 * Mints one ID token.
 * @param user the account's id, or the ISV's own id of the user
 * @returns the ID token
 * @throws OperationError with the provider's own code and words
 */
export async function mintIdToken(
  options: MintOptions,
  user: { tenantId: string; subject: string },
  signal?: AbortSignal,
): Promise<string> {
  const { clientId } = options.client;
  const subjectToken = await sign(options, "tti-subject+jwt", { sub: user.subject, tenant: user.tenantId });
  const answer = await post(
    `${options.issuer}/token`,
    {
      grant_type: uri.tokenExchange,
      requested_token_type: uri.idToken,
      subject_token_type: uri.jwt,
      subject_token: subjectToken,
      client_id: clientId,
      client_assertion_type: uri.clientAssertion,
      client_assertion: await sign(options, "JWT", { sub: clientId }),
    },
    signal,
  );
  // RFC 8693 section 2.2.1: the token stands in access_token, whatever its kind.
  const { access_token: idToken, issued_token_type: kind } = answer;
  if (typeof idToken === "string" && kind === uri.idToken) return idToken;
  throw new OperationError("unavailable", "The token endpoint answered without an ID token.");
}

async function sign(options: MintOptions, type: string, claims: JWTPayload): Promise<string> {
  const { clientId, privateJwk } = options.client;
  const issuedAt = Math.floor(options.clock().getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({
      alg: privateJwk.alg ?? "RS256",
      typ: type,
      ...(privateJwk.kid === undefined ? {} : { kid: privateJwk.kid }),
    })
    .setIssuer(clientId)
    .setAudience(options.issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionTtlSeconds)
    .setJti(randomUUID())
    .sign(await importJWK(privateJwk, privateJwk.alg ?? "RS256"));
}

async function post(
  url: string,
  form: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>> {
  const timeout = AbortSignal.timeout(15_000);
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    // A redirect would carry the assertions elsewhere.
    redirect: "error",
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  }).catch((cause: unknown) => {
    throw new OperationError("unavailable", `The provider at ${url} does not answer.`, {
      fix: "Start it (tti dev, tti serve), or name its address: TTI_ISSUER=https://… tti token …",
      cause,
    });
  });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.ok) return answer;
  throw refusalOf(response.status, answer);
}

// The provider puts its own code before the words: "not_a_member: The account is …".
function refusalOf(status: number, answer: Record<string, unknown>): OperationError {
  const error = typeof answer["error"] === "string" ? answer["error"] : `HTTP ${status}`;
  const description = typeof answer["error_description"] === "string" ? answer["error_description"] : "";
  const [, code = "", words = ""] = /^([a-z_]+): (.+)$/.exec(description) ?? [];
  if (Object.hasOwn(errorCatalogue, code)) {
    return new OperationError(code as ErrorCode, `The provider mints no token (${error}): ${words}`);
  }
  return new OperationError(
    status >= 500 ? "unavailable" : "forbidden",
    `The provider mints no token (${error})${description === "" ? "." : `: ${description}`}`,
    { fix: "The words after the colon are the provider's own: they name what is at fault." },
  );
}
