// One request to an OpenID Provider's token endpoint with client authentication, for the token sources.

import { createPrivateKey, type KeyObject, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { readJsonObject } from "../bounded_body.ts";
import { systemClock } from "../clock.ts";
import { IdTokenError } from "../errors.ts";
import { otherFixes } from "../failures/other_fixes.ts";
import { redact } from "../failures/redaction.ts";
import { sentence } from "../sentence.ts";

/** A private key: PEM (PKCS#8 or PKCS#1), JWK, or what node:crypto made of either. */
export type PrivateKey = string | KeyObject | Readonly<Record<string, unknown>>;

/** How a client proves who it is at a token endpoint (OpenID Connect Core 9). */
export type ClientAuthentication =
  | {
      readonly method: "private_key_jwt";
      readonly key: PrivateKey;
      readonly kid?: string | undefined;
      readonly alg?: string | undefined;
    }
  | { readonly method: "client_secret_basic"; readonly clientSecret: string }
  | { readonly method: "client_secret_post"; readonly clientSecret: string }
  | { readonly method: "none" };

/** Which token endpoint, and as which client. */
export interface TokenEndpointOptions {
  /** The provider's issuer URL. */
  readonly issuer: string;
  /** Default: `<issuer>/token`. */
  readonly tokenEndpoint?: string | undefined;
  /** The client that asks. */
  readonly clientId: string;
  /** How it proves who it is. */
  readonly clientAuthentication: ClientAuthentication;
}

export interface SigningKey {
  readonly key: KeyObject;
  readonly alg: string;
  readonly kid: string | undefined;
}

const largestResponse = 100_000;

export class TokenEndpoint {
  readonly #options: TokenEndpointOptions;
  readonly #authenticationKey: SigningKey | undefined;

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
    const { clientAuthentication } = options;
    if (clientAuthentication.method === "private_key_jwt") {
      this.#authenticationKey = readSigningKey(clientAuthentication);
    }
  }

  get issuer(): string {
    return this.#options.issuer;
  }

  get clientId(): string {
    return this.#options.clientId;
  }

  /**
   * Posts a grant and returns the response's members.
   *
   * @throws IdTokenError `id_token_source_refused` with the provider's own error and description
   */
  async request(
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const body = new URLSearchParams(parameters);
    const headers = new Headers({ accept: "application/json" });
    await this.#authenticate(body, headers);
    const url = this.#options.tokenEndpoint ?? `${this.#options.issuer.replace(/\/$/, "")}/token`;
    const response = await this.#post(url, body, headers, signal);
    const answer = await readAnswer(response);
    if (response.ok) return answer;
    throw refusedBy(url, response.status, answer, [...body.values()]);
  }

  /**
   * Signs a JWT of this client for the provider: `iss` is the client, `aud` the issuer, two minutes of life, a new jti.
   *
   * @param type header `typ`
   */
  async signAssertion(
    key: SigningKey,
    type: string,
    claims: Readonly<Record<string, unknown>> & { readonly sub: string },
  ): Promise<string> {
    const issuedAt = Math.floor(systemClock().getTime() / 1000);
    return await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: key.alg, typ: type, ...(key.kid === undefined ? {} : { kid: key.kid }) })
      .setIssuer(this.#options.clientId)
      .setAudience(this.#options.issuer)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 120)
      .setJti(randomUUID())
      .sign(key.key);
  }

  async #post(url: string, body: URLSearchParams, headers: Headers, signal: AbortSignal): Promise<Response> {
    try {
      // A redirect would carry the client's secret elsewhere.
      return await fetch(url, { method: "POST", body, headers, signal, redirect: "error" });
    } catch (error) {
      signal.throwIfAborted();
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : "no answer";
      throw new IdTokenError({
        code: "id_token_source_unreachable",
        step: "id-token",
        message: `The token endpoint ${url} did not answer: ${sentence(redact(cause))}`,
        fix: otherFixes.id_token_source_unreachable,
        retryable: true,
      });
    }
  }

  async #authenticate(body: URLSearchParams, headers: Headers): Promise<void> {
    const { clientId, clientAuthentication } = this.#options;
    switch (clientAuthentication.method) {
      case "private_key_jwt":
        if (this.#authenticationKey === undefined) return;
        body.set("client_id", clientId);
        body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        body.set(
          "client_assertion",
          await this.signAssertion(this.#authenticationKey, "JWT", { sub: clientId }),
        );
        return;
      case "client_secret_basic": {
        // RFC 6749 2.3.1: both are form-encoded before they are joined.
        const pair = [clientId, clientAuthentication.clientSecret].map(formEncode).join(":");
        headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
        return;
      }
      case "client_secret_post":
        body.set("client_id", clientId);
        body.set("client_secret", clientAuthentication.clientSecret);
        return;
      case "none":
        body.set("client_id", clientId);
    }
  }
}

/** Reads a private key and settles its JWS algorithm. */
export function readSigningKey(options: {
  readonly key: PrivateKey;
  readonly kid?: string | undefined;
  readonly alg?: string | undefined;
}): SigningKey {
  const { key: given } = options;
  const jwk: Readonly<Record<string, unknown>> = typeof given === "string" || isKeyObject(given) ? {} : given;
  const key =
    typeof given === "string"
      ? createPrivateKey(given)
      : isKeyObject(given)
        ? given
        : createPrivateKey({ key: { ...given }, format: "jwk" });
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return {
    key,
    alg: options.alg ?? text(jwk["alg"]) ?? defaultAlgorithm(key),
    kid: options.kid ?? text(jwk["kid"]),
  };
}

function isKeyObject(key: PrivateKey): key is KeyObject {
  return typeof key === "object" && "asymmetricKeyType" in key && "export" in key;
}

function defaultAlgorithm(key: KeyObject): string {
  if (key.asymmetricKeyType === "ec") return "ES256";
  if (key.asymmetricKeyType === "ed25519") return "EdDSA";
  return "RS256";
}

function formEncode(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2);
}

/** What cannot be read is an answer without members: the status then tells what is known. */
async function readAnswer(response: Response): Promise<Record<string, unknown>> {
  try {
    return await readJsonObject(response, largestResponse);
  } catch {
    return {};
  }
}

function refusedBy(
  url: string,
  status: number,
  answer: Record<string, unknown>,
  secrets: readonly string[],
): IdTokenError {
  // Short parameters (grant_type, client_id) are no secrets, and redacting them would hide the point.
  const long = secrets.filter((secret) => secret.length > 100);
  const told = (name: string) => (typeof answer[name] === "string" ? redact(answer[name], long) : undefined);
  const [oauthError, oauthErrorDescription] = [told("error"), told("error_description")];
  const words = `${oauthError ?? `HTTP ${status}`}${oauthErrorDescription === undefined ? "" : `: ${oauthErrorDescription}`}`;
  return new IdTokenError({
    code: "id_token_source_refused",
    step: "id-token",
    message: `The token endpoint ${url} refused to issue an ID token, ${sentence(words)}`,
    fix: otherFixes.id_token_source_refused,
    retryable: status >= 500 || status === 429,
    oauthError,
    oauthErrorDescription,
    httpStatusCode: status,
  });
}
