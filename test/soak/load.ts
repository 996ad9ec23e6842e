// Owns who does what over and over while a soak runs: people who sign in and come back, applications that refresh, a back
// end that mints, and somebody who sends everything twice.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT } from "jose";
import { grantTypes } from "../../src/grants_and_scopes.ts";
import { subjectAssertionType } from "../../src/provider/grants/subject_assertion.ts";
import {
  browserOf,
  getCode,
  getTokens,
  redeemAt,
  refreshAt,
  refreshHonestly,
  type Soak,
  type Tokens,
  takeTokens,
} from "./relying_party.ts";
import { askToken, backEndId, issuer, type Person, tenant } from "./site.ts";
import { type Answer, isNotNow, tryHonestly } from "./wire.ts";

/** A person who signs in, comes back to the application many times, and one day signs in anew. */
export async function comeAndGo(soak: Soak, person: Person, pauseMs: number): Promise<void> {
  while (!soak.isOver()) {
    const agent = browserOf(soak, person);
    let signedIn = (await getTokens(soak, agent, person, false)) !== undefined;
    for (let visit = 0; visit < 25 && signedIn && !soak.isOver(); visit += 1) {
      await sleep(pauseMs);
      signedIn = (await getTokens(soak, agent, person, true)) !== undefined;
    }
    await sleep(pauseMs);
  }
}

/** An application that keeps a person's tokens fresh from the first moment to the last. */
export async function keepFresh(soak: Soak, person: Person, pauseMs: number): Promise<void> {
  let tokens: Tokens | undefined;
  while (!soak.isOver()) {
    tokens =
      tokens === undefined
        ? await getTokens(soak, browserOf(soak, person), person, false)
        : await refreshHonestly(soak, person, tokens);
    await sleep(pauseMs);
  }
}

const mintAt = (soak: Soak, url: string, assertion: string): Promise<Answer> =>
  askToken(url, backEndId, soak.site.backEndSecret, {
    grant_type: grantTypes.tokenExchange,
    subject_token: assertion,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  });

function signAssertion(soak: Soak, person: Person): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ sub: person.id, tenant, jti: randomUUID() })
    .setProtectedHeader({ alg: "ES256", kid: "s1", typ: subjectAssertionType })
    .setIssuer(backEndId)
    .setAudience(issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(soak.site.backEndKey);
}

/** A back end that mints for a person, with an assertion of its own for each attempt. */
export async function mint(soak: Soak, person: Person, pauseMs: number): Promise<void> {
  while (!soak.isOver()) {
    const { answer } = await tryHonestly(async () =>
      mintAt(soak, soak.site.balancer.url, await signAssertion(soak, person)),
    );
    const { status, requestId } = answer;
    if (status === 200) {
      soak.recorder.count("mint");
      soak.onIdToken(answer.body["access_token"], requestId);
      const act = {
        kind: "act",
        event: "token.minted",
        accountId: person.id,
        requestId,
        byRequest: true,
      } as const;
      soak.recorder.note(act);
    } else {
      const said = { status, answer: answer.text.slice(0, 300), requestId };
      soak.recorder.note({ kind: "unclear answer", doing: "a mint", ...said });
    }
    await sleep(pauseMs);
  }
}

/** Somebody who sends codes, refresh tokens and assertions twice at once, to both instances, and used ones once more. */
export async function sendTwice(soak: Soak, person: Person, pauseMs: number): Promise<void> {
  const agent = browserOf(soak, person);
  let signedIn = false;
  while (!soak.isOver()) {
    const code = await getCode(soak, agent, person, signedIn);
    signedIn = code !== undefined;
    if (code !== undefined) {
      // What came of a code that was sent twice is ended with its reuse, so nothing of it is kept.
      const answers = await twice(soak, (url) => redeemAt(soak, url, code));
      note(soak, "authorization code", answers, ({ body }) => body["access_token"]);
    }
    await doubleRefresh(soak, person);
    const assertion = await signAssertion(soak, person);
    const minted = await twice(soak, (url) => mintAt(soak, url, assertion));
    note(soak, "assertion", minted, ({ body }) => body["access_token"]);
    await sleep(pauseMs);
  }
}

async function doubleRefresh(soak: Soak, person: Person): Promise<void> {
  const tokens = await getTokens(soak, browserOf(soak, person), person, false);
  if (tokens === undefined) return;
  const answers = await twice(soak, (url) => refreshAt(soak, url, tokens.refreshToken));
  note(soak, "refresh token", answers, ({ body }) => body["refresh_token"]);
  const [won] = answers.filter(({ status }) => status === 200);
  const next = won === undefined ? undefined : takeTokens(soak, person, won, true);
  if (next === undefined || (await refreshHonestly(soak, person, next)) === undefined) return;
  // Its successor was used meanwhile, so this is no honest repeat any more.
  const late = await tryHonestly(() => refreshAt(soak, soak.site.balancer.url, tokens.refreshToken));
  note(soak, "refresh token", [...answers, late.answer], ({ body }) => body["refresh_token"]);
}

async function twice(soak: Soak, ask: (url: string) => Promise<Answer>): Promise<Answer[]> {
  const places = [...soak.site.instances.values()].filter((one) => one.running()).map(({ url }) => url);
  const [one = soak.site.balancer.url, other = one] = places;
  return Promise.all([ask(one), ask(other)]);
}

function note(
  soak: Soak,
  what: "authorization code" | "refresh token" | "assertion",
  answers: readonly Answer[],
  gaveOf: (answer: Answer) => unknown,
): void {
  soak.recorder.count(`${what} sent twice`);
  const told = answers.map((answer) => {
    const gave = answer.status === 200 ? gaveOf(answer) : undefined;
    return {
      status: answer.status,
      requestId: answer.requestId,
      gave: gave === undefined ? undefined : String(gave),
    };
  });
  soak.recorder.note({ kind: "redemption", what, answers: told, requestId: told[0]?.requestId });
  for (const answer of answers) {
    if (answer.status === 200 || answer.status === 400 || isNotNow(answer)) continue;
    const { status, text, requestId } = answer;
    const doing = `${what} sent twice`;
    soak.recorder.note({ kind: "unclear answer", doing, status, answer: text.slice(0, 300), requestId });
  }
}
