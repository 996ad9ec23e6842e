// Owns the ISV's side of a handoff for tests: its back end with an access token, and the way out and back.
import assert from "node:assert/strict";
import { addClient, clientSecret, type ProviderFixture, redirectUri } from "../support/provider_fixture.ts";
import type { UserAgent, Visit } from "../support/user_agent.ts";

/** Where the ISV's login page would be; nobody listens there. */
export const loginUrl = "https://isv.example/login";
/** The ISV's back end that answers challenges. */
export const isvId = "isv-login";
/** A relying party whose users log in at the ISV. */
export const appId = "app";

const challengeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/** Registers the relying party and the ISV's back end. */
export async function addHandoffClients(
  fixture: ProviderFixture,
  allowedTenants = ["acme", "globex"],
): Promise<void> {
  await addClient(fixture.db, { client_id: appId });
  await addIsvClient(fixture, isvId, allowedTenants);
}

/** Registers a back end of the ISV that answers challenges for some tenants. */
export async function addIsvClient(
  fixture: ProviderFixture,
  clientId: string,
  allowedTenants: string[],
): Promise<void> {
  await addClient(fixture.db, {
    client_id: clientId,
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
    scope: "openid tti:handoff",
    allowed_tenants: allowedTenants,
  });
}

/** The ISV's back end: calls the public port with an access token of the scope tti:handoff. */
export class IsvBackEnd {
  readonly #fixture: ProviderFixture;
  #token: string | undefined;

  readonly #clientId: string;

  constructor(fixture: ProviderFixture, clientId = isvId) {
    this.#fixture = fixture;
    this.#clientId = clientId;
  }

  /** Reads or answers a challenge. */
  async call(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    this.#token ??= await this.#fetchToken();
    const response = await fetch(`${this.#fixture.issuer}/v1/login-challenges/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Accepts a challenge and returns where the browser goes next. */
  async accept(challenge: string, login: Record<string, unknown>): Promise<string> {
    const answer = await this.call(`${challenge}/accept`, login);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return String(answer.body["redirect_to"]);
  }

  async #fetchToken(): Promise<string> {
    const response = await fetch(`${this.#fixture.issuer}/token`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${this.#clientId}:${clientSecret}`).toString("base64")}`,
      },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: "tti:handoff" }),
    });
    const body = (await response.json()) as { access_token?: string };
    assert.ok(body.access_token, JSON.stringify(body));
    return body.access_token;
  }
}

/** An authorization URL of the relying party. */
export function authorizationUrl(fixture: ProviderFixture, more: Record<string, string> = {}): URL {
  const url = new URL(`${fixture.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: appId,
    response_type: "code",
    scope: "openid",
    redirect_uri: redirectUri,
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    ...more,
  }).toString();
  return url;
}

/** Begins a sign-in and returns the challenge the browser carries to the ISV's page. */
export async function challengeOf(
  agent: UserAgent,
  fixture: ProviderFixture,
  more: Record<string, string> = {},
): Promise<string> {
  const visit = await agent.follow(authorizationUrl(fixture, more));
  assert.equal(`${visit.url.origin}${visit.url.pathname}`, loginUrl, visit.text);
  return visit.url.searchParams.get("login_challenge") ?? "";
}

/** Redeems the code a sign-in ended with. */
export async function redeem(fixture: ProviderFixture, visit: Visit): Promise<Record<string, unknown>> {
  const response = await fetch(`${fixture.issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${appId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: visit.url.searchParams.get("code") ?? "",
      redirect_uri: redirectUri,
      code_verifier: challengeVerifier,
    }),
  });
  return (await response.json()) as Record<string, unknown>;
}
