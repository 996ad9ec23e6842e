// A person signing in, as cheap as it can be asked: authorization request, login form, code, tokens; and code flows of one who has. The
// same requests for the product and for the baseline; only the form differs, and it is read from the page.
import { createHash } from "node:crypto";
import type { Answer } from "./answer_text.ts";
import { basicAuthorization, type Connection, formRequest, getRequest } from "./http_load.ts";

/** The relying party, and where it is registered. */
export interface RelyingParty {
  issuer: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

/** Who signs in. */
export interface Person {
  email: string;
  password: string;
  /** The browser's address, as a trusted proxy would report it. */
  address: string;
}

const verifier = "a-verifier-of-the-benchmark-that-is-long-enough-to-be-one";
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** What a browser keeps between requests: cookies by name. */
export type Jar = Map<string, string>;

/**
 * Signs a person in.
 * @param jar the browser's cookies, to be used for more; by default a new browser's
 * @returns the refresh token that came with the ID token
 */
export async function signIn(
  connection: Connection,
  party: RelyingParty,
  person: Person,
  jar: Jar = new Map(),
): Promise<string> {
  const request = requestsOf(party, person, jar);
  let answer = await follow(connection, jar, party, request, authorizationPath(party));
  // Beside it stand forms for passkeys and languages; the baseline has one form alone.
  const actions = [...answer.body.matchAll(/<form [^>]*action="([^"]+)"/g)].map(([, action]) => action);
  const action = actions.find((one) => one?.endsWith("/login")) ?? actions[0];
  if (answer.status !== 200 || action === undefined)
    throw new Error(`no login form: ${answer.status} ${answer.body}`);
  const csrf = /name="csrf" value="([^"]+)"/.exec(answer.body)?.[1];
  const { email, password } = person;
  const form = { email, password, ...(csrf === undefined ? {} : { csrf }) };
  answer = await follow(connection, jar, party, request, action, form);
  return redeemCode(connection, party, answer);
}

/**
 * Goes through a code flow in a browser that is signed in: nobody is asked anything.
 * @param jar as {@link signIn} has filled it
 * @returns the refresh token that came with the ID token
 */
export async function codeFlow(
  connection: Connection,
  party: RelyingParty,
  person: Person,
  jar: Jar,
): Promise<string> {
  const request = requestsOf(party, person, jar);
  return redeemCode(
    connection,
    party,
    await follow(connection, jar, party, request, authorizationPath(party)),
  );
}

const authorizationPath = (party: RelyingParty): string =>
  `/auth?${new URLSearchParams({
    client_id: party.clientId,
    redirect_uri: party.redirectUri,
    response_type: "code",
    scope: "openid",
    code_challenge: challenge,
    code_challenge_method: "S256",
  })}`;

function requestsOf(party: RelyingParty, person: Person, jar: Jar) {
  return (path: string, form?: Record<string, string>) => {
    const url = new URL(path, party.issuer);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { "x-forwarded-for": person.address, ...(cookie === "" ? {} : { cookie }) };
    return form === undefined ? getRequest(url, headers) : formRequest(url.href, form, headers);
  };
}

async function redeemCode(connection: Connection, party: RelyingParty, answer: Answer): Promise<string> {
  const code = new URL(locationOf(answer) ?? party.redirectUri, party.issuer).searchParams.get("code");
  if (code === null) throw new Error(`no code: ${answer.status} ${answer.head} ${answer.body}`);
  return redeem(connection, party, {
    grant_type: "authorization_code",
    code,
    redirect_uri: party.redirectUri,
    code_verifier: verifier,
  });
}

/**
 * Asks the token endpoint.
 * @returns the refresh token to use next time
 */
export async function redeem(
  connection: Connection,
  party: RelyingParty,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const headers = { authorization: basicAuthorization(party.clientId, party.clientSecret) };
  const { status, body } = await connection.send(formRequest(`${party.issuer}/token`, form, headers));
  const tokens = JSON.parse(body) as { id_token?: string; refresh_token?: string };
  if (status !== 200 || tokens.id_token === undefined || tokens.refresh_token === undefined) {
    throw new Error(`no tokens: ${status} ${body}`);
  }
  return tokens.refresh_token;
}

// Follows redirects to a page, or to the relying party's own address, which nobody asks.
async function follow(
  connection: Connection,
  jar: Jar,
  party: RelyingParty,
  request: (path: string, form?: Record<string, string>) => string,
  path: string,
  form?: Record<string, string>,
): Promise<Answer> {
  let answer = await connection.send(request(path, form));
  for (let hops = 0; hops < 6; hops += 1) {
    keepCookies(jar, answer);
    const location = locationOf(answer);
    if (location === undefined || location.startsWith(party.redirectUri)) return answer;
    const next = new URL(location, party.issuer);
    answer = await connection.send(request(next.pathname + next.search));
  }
  throw new Error(`too many redirects from ${path}`);
}

function keepCookies(jar: Jar, { head }: Answer): void {
  for (const [, name = "", value = ""] of head.matchAll(/^set-cookie: *([^=\s]+)=([^;\r]*)/gim)) {
    if (value === "") jar.delete(name);
    else jar.set(name, value);
  }
}

function locationOf({ status, head }: Answer): string | undefined {
  return status >= 300 && status < 400 ? /^location: *(\S+)/im.exec(head)?.[1] : undefined;
}
