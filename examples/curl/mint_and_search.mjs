// Mints an ID token for a user of yours and searches their company's index, with fetch and node:crypto alone.
// Usage: node mint_and_search.mjs TENANT USER_ID EMAIL "QUERY"
import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const [tenant, user, email, query] = process.argv.slice(2);
if (query === undefined) {
  console.error('Usage: node mint_and_search.mjs TENANT USER_ID EMAIL "QUERY"');
  process.exit(2);
}
const issuer = process.env.TTI_ISSUER ?? "http://localhost:3000";
// Written by `tti client create … --key-out back-end.json`.
const { clientId, privateJwk } = JSON.parse(readFileSync(process.env.KEY_FILE ?? "back-end.json", "utf8"));
const key = createPrivateKey({ key: privateJwk, format: "jwk" });

// A JWT is header.payload.signature, each base64url (RFC 7515). `typ` says what it is for; it lives a minute,
// and `jti` makes it serve once.
function jwt(typ, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  const payload = { iss: clientId, aud: issuer, iat, exp: iat + 60, jti: randomUUID(), ...claims };
  const signed = `${part({ alg: "RS256", kid: privateJwk.kid, typ })}.${part(payload)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

async function post(url, headers, body) {
  const response = await fetch(url, { method: "POST", headers, body });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(`${answer.error}: ${answer.error_description}`);
}

/** POST /token. The client proves itself by a JWT of its own (private_key_jwt, RFC 7523). */
async function token(parameters) {
  const proof = {
    client_id: clientId,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: jwt("JWT", { sub: clientId }),
  };
  return post(`${issuer}/token`, {}, new URLSearchParams({ ...parameters, ...proof }));
}

// 1. Sign who the user is. `auth_time` is when you last saw them log in: say the truth, the tenant's presence
//    policy may be measured by it.
const authTime = Number(process.env.AUTH_TIME ?? Math.floor(Date.now() / 1000));
const subject = jwt("tti-subject+jwt", { sub: user, tenant, email, auth_time: authTime });
// 2. Exchange it for the ID token that AWS takes (RFC 8693).
const minted = await token({
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  subject_token: subject,
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
});
console.log(JSON.stringify(JSON.parse(Buffer.from(minted.access_token.split(".")[1], "base64url"))));
// 3. Search. The provider mints again and makes the three AWS calls for you.
const access = await token({ grant_type: "client_credentials", scope: "tti:search" });
const headers = { authorization: `Bearer ${access.access_token}`, "content-type": "application/json" };
const found = await post(`${issuer}/v1/tenants/${tenant}/search`, headers, JSON.stringify({ user, query }));
for (const { documentTitle, content } of found.results) console.log(`${documentTitle}: ${content}`);
