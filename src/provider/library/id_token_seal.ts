// Owns what every ID token must hold and must not, at the moment the library signs it.
import { randomBytes } from "node:crypto";
import type Provider from "oidc-provider";
import type { Client, IdToken } from "oidc-provider";

/** What the seal is made with. */
export interface IdTokenSeal {
  /** Configured name of the claim that carries the tenant. */
  tenantClaim: string;
  /** Decides which of a person's details a token tells a client, by the scopes granted and asked for. */
  tells(client: Client, scopes: ReadonlySet<string>): { email: boolean; name: boolean };
}

/**
 * Puts the last word on every ID token, whatever flow made it. Members set here are merged after the library's own
 * masks by scope, so they always come out, and nothing that ran before can have replaced them.
 */
export function sealIdTokens(provider: Provider, { tenantClaim, tells: toldTo }: IdTokenSeal): void {
  const issue = provider.IdToken.prototype.issue;
  provider.IdToken.prototype.issue = async function sealAndIssue(this: IdToken, context) {
    if (context.use !== "idtoken") return issue.call(this, context);
    const tells = toldTo(this.client, scopesOf(this));
    for (const name of ["sub", "email", tenantClaim]) {
      const value = this.available[name];
      if (typeof value !== "string" || value === "")
        throw new Error(`an ID token without ${name} must not leave`);
      if (name !== "email" || tells.email) this.set(name, value);
    }
    if (this.available["email_verified"] !== true)
      throw new Error("an ID token needs a proven e-mail address");
    if (tells.email) this.set("email_verified", true);
    else for (const name of ["email", "email_verified"]) delete this.extra[name];
    sealAuthTime(this);
    if (tells.name && this.available["name"] !== undefined) this.set("name", this.available["name"]);
    else delete this.extra["name"];
    // The library sets these from the clock unless they are there already.
    delete this.extra["iat"];
    delete this.extra["nbf"];
    // Identity Center accepts a jti once: 128 random bits, new for every token.
    this.set("jti", randomBytes(16).toString("base64url"));
    return issue.call(this, context);
  };
}

// What the library's own flows filter by; a minted token has none, and its audience is the client of AWS.
function scopesOf(token: IdToken): ReadonlySet<string> {
  const scope = Reflect.get(token, "scope");
  return new Set(typeof scope === "string" ? scope.split(" ") : []);
}

// A person signed in for every token but those a client asked for in their absence: there, it may not be known when.
function sealAuthTime(token: IdToken): void {
  const authTime = token.available["auth_time"];
  if (authTime === undefined && token.extra["act"] !== undefined) return;
  if (!Number.isSafeInteger(authTime)) throw new Error("an ID token needs auth_time");
  token.set("auth_time", authTime);
}
