// Owns the demo's side of OpenID Connect: begin a sign-in, finish it, refresh, sign out. What a real ISV would
// write with the certified openid-client library; nothing here knows this provider from any other.
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from "openid-client";
import { personScope } from "../grants_and_scopes.ts";

/** What the relying party must know about its provider. */
export interface RelyingPartyOptions {
  issuer: string;
  clientId: string;
  /** Absent: a public client, which authenticates with PKCE alone. */
  clientSecret?: string | undefined;
  callbackUrl: string;
  postLogoutUrl: string;
}

/** What has to be remembered while the user is away at the provider. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** The tokens of a finished sign-in or refresh. */
export interface Tokens {
  idToken: string;
  refreshToken: string | undefined;
  claims: Readonly<Record<string, unknown>>;
}

/** The provider cannot give a new ID token without the user: they must sign in again. */
export class SignInAgainError extends Error {
  override readonly name = "SignInAgainError";
}

const scope = [personScope.openid, personScope.email, personScope.profile].join(" ");

export class RelyingParty {
  readonly #options: RelyingPartyOptions;
  #configuration: Promise<Configuration> | undefined;

  constructor(options: RelyingPartyOptions) {
    this.#options = options;
  }

  /**
   * Begins a sign-in.
   * @param hints the address to pre-fill, and whether the user must enter the password even when signed in
   */
  async begin(hints: { loginHint?: string | undefined; freshLogin?: boolean }): Promise<{
    url: URL;
    pending: PendingSignIn;
  }> {
    const configuration = await this.#discover();
    const pending = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#options.callbackUrl,
      scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: "S256",
      ...(hints.loginHint === undefined ? {} : { login_hint: hints.loginHint }),
      ...(hints.freshLogin === true ? { prompt: "login" } : {}),
    });
    return { url, pending };
  }

  /**
   * Finishes a sign-in: checks state and `iss`, redeems the code with its PKCE verifier, checks the ID token with
   * its signature and nonce.
   * @param query the query string the provider sent the browser back with
   */
  async complete(query: string, pending: PendingSignIn): Promise<Tokens> {
    const url = new URL(this.#options.callbackUrl);
    url.search = query;
    const response = await authorizationCodeGrant(await this.#discover(), url, {
      pkceCodeVerifier: pending.codeVerifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
    });
    const claims = response.claims();
    if (response.id_token === undefined || claims === undefined)
      throw new Error("the provider sent no ID token");
    return { idToken: response.id_token, refreshToken: response.refresh_token, claims };
  }

  /**
   * Gets a new ID token for the same user by the refresh grant.
   * @throws SignInAgainError if the provider gave no refresh token, or sends none for this user any more
   */
  async refresh(tokens: Tokens): Promise<Tokens> {
    if (tokens.refreshToken === undefined) throw new SignInAgainError("there is no refresh token");
    const response = await refreshTokenGrant(await this.#discover(), tokens.refreshToken).catch(
      (cause: unknown) => {
        throw new SignInAgainError("the provider refused the refresh token", { cause });
      },
    );
    const claims = response.claims();
    // OpenID Connect Core 1.0 section 12.2: a refreshed ID token is about the same user.
    if (response.id_token === undefined || claims === undefined || claims.sub !== tokens.claims["sub"]) {
      throw new SignInAgainError("the refresh brought no ID token for the same user");
    }
    return {
      idToken: response.id_token,
      refreshToken: response.refresh_token ?? tokens.refreshToken,
      claims,
    };
  }

  /**
   * Where to send the browser to sign out at the provider, too (RP-Initiated Logout 1.0). The ID token tells the
   * provider whose session it is, so that it need not ask; an ID token that AWS would still take has no place in an
   * address, so this server posts it, and the browser gets the address the provider answers with. A provider that
   * answers otherwise, or not in time, is told the client alone: it asks the person.
   * @param idToken the newest of the visitor
   */
  async signOutUrl(idToken: string): Promise<URL> {
    const url = buildEndSessionUrl(await this.#discover(), {
      post_logout_redirect_uri: this.#options.postLogoutUrl,
    });
    return (await postHint(url, idToken)) ?? url;
  }

  // At first use, not at start: the provider may come up later than this application.
  #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const insecure = issuer.startsWith("http:") ? [allowInsecureRequests] : [];
    this.#configuration ??= discovery(
      new URL(issuer),
      clientId,
      undefined,
      clientSecret === undefined ? None() : ClientSecretBasic(clientSecret),
      // Without TLS the signature is all that vouches for the token, so it is checked in every case.
      { execute: [...insecure, enableNonRepudiationChecks], timeout: 10 },
    ).catch((error: unknown) => {
      this.#configuration = undefined;
      throw error;
    });
    return this.#configuration;
  }
}

/** Seconds the provider has to take the ID token of somebody who signs out. */
const hintTimeoutSeconds = 5;

// Only an address of the provider's own logout is followed: where it does not keep a posted request for the browser, it
// answers a server's post as one of nobody who is signed in.
async function postHint(endSession: URL, idToken: string): Promise<URL | undefined> {
  const { origin, pathname, searchParams } = endSession;
  const body = new URLSearchParams([...searchParams, ["id_token_hint", idToken]]);
  try {
    const answer = await fetch(new URL(pathname, origin), {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(hintTimeoutSeconds * 1000),
    });
    await answer.body?.cancel();
    const target = new URL(answer.headers.get("location") ?? "", origin);
    const isKept = target.origin === origin && target.pathname === pathname && target.search !== "";
    return isKept && !target.href.includes(idToken) ? target : undefined;
  } catch {
    return undefined;
  }
}
