// Owns the steps of the code flow as single requests, so that a test can get one of them wrong.
import { createHash } from "node:crypto";
import { clientSecret, type ProviderFixture, redirectUri, signInAt } from "./provider_fixture.ts";
import { UserAgent, type Visit } from "./user_agent.ts";

/** The PKCE verifier of test requests, and its challenge. */
export const codeVerifier = "a-code-verifier-of-at-least-forty-three-characters";
export const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");

/** Parameters; undefined leaves one out. */
export type Params = Record<string, string | undefined>;

/** A well-formed authorization request of the client `app`, with some parameters replaced. */
export function authorizationUrl(fixture: Pick<ProviderFixture, "issuer">, params: Params = {}): URL {
  const url = new URL("/auth", fixture.issuer);
  url.search = encode({
    client_id: "app",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid email profile",
    state: "the-state",
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
    ...params,
  }).toString();
  return url;
}

/** Signs in and returns the authorization code. */
export async function getCode(
  fixture: ProviderFixture,
  email: string,
  params: Params = {},
  agent = new UserAgent(),
): Promise<string> {
  return codeOf(await signInAt(agent, authorizationUrl(fixture, params), email));
}

/** The code in an answer to the relying party. */
export function codeOf(answer: Visit): string {
  const code = answer.url.searchParams.get("code");
  if (code === null) throw new Error(`no code at ${answer.url.href}: ${answer.text}`);
  return code;
}

/** An answer of the token endpoint or another JSON endpoint. */
export interface JsonAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Posts to the token endpoint as the client `app`, with some parameters replaced. */
export function postToken(
  fixture: { issuer: string },
  params: Params,
  authorization: string | null = basic("app"),
): Promise<JsonAnswer> {
  return postForm(new URL("/token", fixture.issuer), params, authorization);
}

/** Redeems a code as the client `app`. */
export function redeem(
  fixture: { issuer: string },
  code: string,
  params: Params = {},
  authorization: string | null = basic("app"),
): Promise<JsonAnswer> {
  const request = {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  };
  return postToken(fixture, { ...request, ...params }, authorization);
}

/** Refreshes as the client `app`. */
export function refresh(fixture: { issuer: string }, refreshToken: unknown): Promise<JsonAnswer> {
  return postToken(fixture, { grant_type: "refresh_token", refresh_token: String(refreshToken) });
}

/** Asks userinfo. */
export async function getUserinfo(fixture: { issuer: string }, accessToken: unknown): Promise<JsonAnswer> {
  const response = await fetch(new URL("/me", fixture.issuer), {
    headers: { authorization: `Bearer ${accessToken}`, accept: "application/json" },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Posts a form and reads JSON. */
export async function postForm(
  url: URL,
  params: Params,
  authorization: string | null = null,
): Promise<JsonAnswer> {
  const response = await fetch(url, {
    method: "POST",
    body: encode(params),
    headers: { accept: "application/json", ...(authorization === null ? {} : { authorization }) },
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
}

/** An HTTP Basic header for a client. */
export function basic(clientId: string, secret: string = clientSecret): string {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}`;
}

/** The payload of a JWT, unverified. */
export function payloadOf(jwt: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(jwt).split(".")[1] ?? "", "base64url").toString("utf8"));
}

function encode(params: Params): URLSearchParams {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given);
}
