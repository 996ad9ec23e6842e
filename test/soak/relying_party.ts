// Owns a relying party of a soak and the person before it: sign-ins, code flows, refreshes, and what either does when an
// answer does not come: the same once more, as often as an honest client may.
import { createHash, randomBytes } from "node:crypto";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";
import type { Recorder } from "./recorder.ts";
import { appId, askToken, issuer, type Person, redirectUri, type Site } from "./site.ts";
import { type Answer, isNotNow, noAnswer, type Tried, tryHonestly } from "./wire.ts";

/** What actors work with. */
export interface Soak {
  site: Site;
  recorder: Recorder;
  isOver(): boolean;
  /** Hands an ID token to whoever verifies. */
  onIdToken(idToken: unknown, requestId: string | undefined): void;
}

/** What an application holds for a person. */
export interface Tokens {
  idToken: string;
  refreshToken: string;
}

/** A code, and what redeems it. */
export interface Code {
  code: string;
  verifier: string;
}

/** A person's browser, at the balancer. */
export const browserOf = ({ site }: Soak, { address }: Person): UserAgent =>
  new UserAgent({ "x-forwarded-for": address }, { issuer, localUrl: site.balancer.url });

/** A request of the application, and what its code is redeemed with. */
export function authorizationRequest(more: Record<string, string>): { url: URL; verifier: string } {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL("/auth", issuer);
  url.search = new URLSearchParams({
    client_id: appId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid email",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...more,
  }).toString();
  return { url, verifier };
}

/**
 * Goes to the application and comes back with a code. Whatever is not answered begins anew in the same browser.
 * @param expectsSession whether the person is signed in, so that a form to sign in means that they were signed out
 */
export async function getCode(
  soak: Soak,
  agent: UserAgent,
  person: Person,
  expectsSession: boolean,
): Promise<Code | undefined> {
  const { url, verifier } = authorizationRequest(expectsSession ? { prompt: "none" } : {});
  let landed: URL | undefined;
  const { answer } = await tryHonestly(async () => {
    const visit = await visitOnce(agent, url, person, expectsSession);
    if (typeof visit === "string") return { ...lost, text: visit };
    landed = visit.url;
    return answerOf(visit);
  });
  const code = landed?.searchParams.get("code");
  const event = expectsSession ? "sign_in.continued" : "sign_in.succeeded";
  if (code != null) {
    soak.recorder.count(expectsSession ? "code flow" : "login");
    soak.recorder.note({ kind: "act", event, accountId: person.id, byRequest: false });
    return { code, verifier };
  }
  const error = landed?.searchParams.get("error");
  const said = `${answer.status} ${error ?? ""} ${landed?.searchParams.get("error_description") ?? titleOf(answer.text)}`;
  const { requestId } = answer;
  if (
    expectsSession &&
    error !== "temporarily_unavailable" &&
    error !== "server_error" &&
    !isNotNow(answer)
  ) {
    soak.recorder.note({
      kind: "session lost",
      who: person.email,
      doing: "a code flow",
      answer: said,
      requestId,
    });
  } else {
    soak.recorder.note({
      kind: "unclear answer",
      doing: expectsSession ? "a code flow" : "a login",
      status: answer.status,
      answer: said,
      requestId,
    });
  }
  return undefined;
}

const lost: Answer = {
  status: noAnswer,
  requestId: undefined,
  headers: new Headers(),
  text: "",
  body: {},
};

/** One way through the pages; the words of what broke, where no answer came. */
async function visitOnce(
  agent: UserAgent,
  url: URL,
  { email, password }: Person,
  expectsSession: boolean,
): Promise<Visit | string> {
  try {
    const signal = AbortSignal.timeout(30_000);
    const page = await agent.follow(url, { signal });
    if (page.url.href.startsWith(redirectUri))
      return page.url.searchParams.get("error") === "temporarily_unavailable" ? "not now" : page;
    if (page.status >= 500) return page;
    const isForm = formsOf(page).some(({ action }) => action.endsWith("/login"));
    return isForm && !expectsSession ? await agent.submit(page, { email, password }, "/login") : page;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const answerOf = ({ status, headers, text }: Visit): Answer => ({
  status: status === 502 ? noAnswer : status,
  requestId: headers.get("x-request-id") ?? undefined,
  headers,
  text,
  body: {},
});

const titleOf = (text: string): string => (/<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? text.slice(0, 200)).trim();

/** Redeems a code at a place. */
export const redeemAt = (soak: Soak, url: string, { code, verifier }: Code): Promise<Answer> =>
  askToken(url, appId, soak.site.appSecret, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });

/** Refreshes at a place. */
export const refreshAt = (soak: Soak, url: string, refreshToken: string): Promise<Answer> =>
  askToken(url, appId, soak.site.appSecret, { grant_type: "refresh_token", refresh_token: refreshToken });

/** Notes what an answer of the token endpoint gave. @returns undefined where it gave nothing */
export function takeTokens(
  soak: Soak,
  person: Person,
  answer: Answer,
  isRepeated: boolean,
): Tokens | undefined {
  const { id_token: idToken, refresh_token: refreshToken } = answer.body;
  if (answer.status !== 200 || typeof idToken !== "string" || typeof refreshToken !== "string")
    return undefined;
  const { requestId } = answer;
  soak.onIdToken(idToken, requestId);
  if (!isRepeated) {
    const act = {
      kind: "act",
      event: "token.issued",
      accountId: person.id,
      requestId,
      byRequest: true,
    } as const;
    soak.recorder.note(act);
  }
  return { idToken, refreshToken };
}

/**
 * A code flow to its tokens. A code is sent once, as the protocol has it: if no answer comes, the flow begins anew.
 * @returns undefined where it came to nothing, which is noted
 */
export async function getTokens(
  soak: Soak,
  agent: UserAgent,
  person: Person,
  expectsSession: boolean,
): Promise<Tokens | undefined> {
  let signedIn = expectsSession;
  for (let round = 0; round < 20; round += 1) {
    const code = await getCode(soak, agent, person, signedIn);
    if (code === undefined) return undefined;
    signedIn = true;
    const answer = await redeemAt(soak, soak.site.balancer.url, code);
    const tokens = takeTokens(soak, person, answer, false);
    if (tokens !== undefined) return tokens;
    if (isNotNow(answer)) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    const said = { status: answer.status, answer: answer.text.slice(0, 300), requestId: answer.requestId };
    soak.recorder.note({ kind: "unclear answer", doing: "a code's redemption", ...said });
    return undefined;
  }
  return undefined;
}

/**
 * Refreshes, and sends the same token again until there is an answer.
 * @returns undefined where the sign-in is over, which is noted
 */
export async function refreshHonestly(
  soak: Soak,
  person: Person,
  tokens: Tokens,
): Promise<Tokens | undefined> {
  const { answer, attempts }: Tried = await tryHonestly(() =>
    refreshAt(soak, soak.site.balancer.url, tokens.refreshToken),
  );
  const next = takeTokens(soak, person, answer, attempts > 1);
  if (next !== undefined) {
    soak.recorder.count("refresh");
    return next;
  }
  const said = `${answer.status} at attempt ${attempts}: ${answer.text.slice(0, 300)}`;
  const { requestId } = answer;
  if (answer.status === 400) {
    soak.recorder.note({
      kind: "session lost",
      who: person.email,
      doing: "a refresh",
      answer: said,
      requestId,
    });
  } else {
    soak.recorder.note({
      kind: "unclear answer",
      doing: "a refresh",
      status: answer.status,
      answer: said,
      requestId,
    });
  }
  return undefined;
}
