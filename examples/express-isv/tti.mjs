// Everything this ISV does with tti-provider: it keeps its own login page (handoff), and mints ID tokens for
// its users. Users, passwords, sessions and pages are its own affair: isv.mjs.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { importJWK, SignJWT } from "jose";

export const issuer = process.env.TTI_ISSUER ?? "http://localhost:3000";
// Written by `tti client create … --key-out isv-key.json`. The provider knows the public half only.
const { clientId, privateJwk } = JSON.parse(readFileSync(process.env.ISV_KEY_FILE ?? "isv-key.json", "utf8"));
const key = await importJWK(privateJwk);
const urn = "urn:ietf:params:oauth:";

// One key signs both "I am this client" and "this is my user". `typ` keeps one from passing as the other; each
// lives a minute and serves once (`jti`).
const sign = (typ, claims) =>
  new SignJWT({ iss: clientId, aud: issuer, jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: privateJwk.alg, kid: privateJwk.kid, typ })
    .setIssuedAt()
    .setExpirationTime("1m")
    .sign(key);

async function ask(url, options) {
  const response = await fetch(url, options);
  const answer = await response.json();
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.error_description), { code: answer.error, status: response.status });
}

async function token(parameters) {
  const client_assertion = await sign("JWT", { sub: clientId });
  const client_assertion_type = `${urn}client-assertion-type:jwt-bearer`;
  const form = { ...parameters, client_id: clientId, client_assertion_type, client_assertion };
  return (await ask(`${issuer}/token`, { method: "POST", body: new URLSearchParams(form) })).access_token;
}

// These routes want an access token of their scope; keep one for its life if you call often.
async function call(scope, path, body) {
  const authorization = `Bearer ${await token({ grant_type: "client_credentials", scope })}`;
  const headers = { authorization, "content-type": "application/json" };
  const more = body ? { method: "POST", body: JSON.stringify(body) } : {};
  return ask(`${issuer}/v1/${path}`, { headers, ...more });
}

// What we say of a user. Name only what you have proven: to the customer's Identity Center the address is the user.
const factsOf = ({ tenant, email, name, auth_time }) => ({ tenant, email, name, auth_time, amr: ["pwd"] });

const challenges = (challenge, how, body) =>
  call("tti:handoff", `login-challenges/${encodeURIComponent(challenge)}${how}`, body);

/** What the challenge in the browser's hands asks for: which application, perhaps a tenant, how fresh a login. */
export const readChallenge = (challenge) => challenges(challenge, "");

/** This user logged in here. Send the very browser that brought the challenge to `redirect_to`: no other can go on. */
export const acceptChallenge = (challenge, user) =>
  challenges(challenge, "/accept", { subject: user.id, ...factsOf(user) });

/** Nobody logged in. The application gets the error. */
export const rejectChallenge = (challenge) => challenges(challenge, "/reject", { error: "access_denied" });

/** Mints an ID token for AWS: we sign who the user is, the provider exchanges that for its token (RFC 8693). */
export async function mint(user) {
  const subject_token = await sign("tti-subject+jwt", { sub: user.id, ...factsOf(user) });
  const subject_token_type = `${urn}token-type:jwt`;
  return token({ grant_type: `${urn}grant-type:token-exchange`, subject_token, subject_token_type });
}

/** Searches the customer's index as a user the provider knows; it mints and exchanges by the same rules. */
export const search = (user, query) =>
  call("tti:search", `tenants/${user.tenant}/search`, { user: user.id, query });
