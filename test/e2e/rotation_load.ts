// Owns the people and back ends of the rotation proof: each does one thing over and over at a bounded rate and
// hands every ID token it gets to whoever measures. What goes wrong is reported, never swallowed.
import { setTimeout as sleep } from "node:timers/promises";
import { exchange, signSubject } from "../provider/grants/mint_support.ts";
import { authorizationUrl, codeOf, redeem, refresh } from "../provider/support/authorization.ts";
import { signInAt } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

/** What the load works against and reports to. */
export interface LoadContext {
  issuer: string;
  email: string;
  accountId: string;
  isOver(): boolean;
  onIdToken(idToken: string): void;
  /** Something did not work; `startedAtMs` is when it was begun. */
  onFailure(failure: LoadFailure): void;
}

/** One thing that did not work. */
export interface LoadFailure {
  doing: string;
  startedAtMs: number;
  atMs: number;
  /** HTTP status of the answer; 0 when it was something else. */
  status: number;
  message: string;
}

/** Does one round, and says how it went. */
type Round = () => Promise<unknown>;

class Refused extends Error {
  readonly status: number;
  constructor(status: number, body: unknown) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
  }
}

/** Runs every kind of load until it is over. */
export async function runLoad(context: LoadContext): Promise<void> {
  // The tenant lets a back end act for people who are signed in.
  await logIn(context, 0);
  await Promise.all([
    repeat(context, "login", 300, () => logIn(context, 0)),
    repeat(context, "slow login", 50, () => logIn(context, 1_200)),
    repeat(context, "single sign-on", 400, singleSignOn(context)),
    repeat(context, "refresh", 200, refreshes(context)),
    repeat(context, "mint", 150, () => mint(context)),
  ]);
}

async function repeat(context: LoadContext, doing: string, pauseMs: number, round: Round): Promise<void> {
  while (!context.isOver()) {
    const startedAtMs = Date.now();
    try {
      await round();
    } catch (error) {
      const status = error instanceof Refused ? error.status : 0;
      const message = error instanceof Error ? error.message : String(error);
      context.onFailure({ doing, startedAtMs, atMs: Date.now(), status, message });
    }
    await sleep(pauseMs);
  }
}

// A person who takes their time between the steps meets other keys, and perhaps other instances, at each.
async function logIn(context: LoadContext, hesitationMs: number, agent = new UserAgent()): Promise<unknown> {
  const url = authorizationUrl(context);
  const answer =
    hesitationMs === 0
      ? await signInAt(agent, url, context.email)
      : await signInSlowly(agent, url, context, hesitationMs);
  await sleep(hesitationMs);
  return take(context, await redeem(context, codeOf(answer)));
}

async function signInSlowly(agent: UserAgent, url: URL, context: LoadContext, hesitationMs: number) {
  const page = await agent.follow(url);
  await sleep(hesitationMs);
  return agent.submit(page, { email: context.email, password: "correct horse battery staple" }, "/login");
}

// One session from the first key to the last.
function singleSignOn(context: LoadContext): Round {
  const agent = new UserAgent();
  let signedIn = false;
  return async () => {
    if (!signedIn) {
      await logIn(context, 0, agent);
      signedIn = true;
      return;
    }
    const answer = await agent.follow(authorizationUrl(context, { prompt: "none" }));
    take(context, await redeem(context, codeOf(answer)));
  };
}

// One chain of refresh tokens from the first key to the last.
function refreshes(context: LoadContext): Round {
  let refreshToken: unknown;
  return async () => {
    if (refreshToken === undefined) {
      refreshToken = ((await logIn(context, 0)) as Record<string, unknown>)["refresh_token"];
      return;
    }
    const presented = refreshToken;
    // Should the answer be lost with its instance, the token is spent and the person signs in again.
    refreshToken = undefined;
    const answer = await refresh(context, presented);
    // Turned away before anything was spent, the same token is good for the next try.
    refreshToken = answer.status === 503 ? presented : answer.body["refresh_token"];
    take(context, answer);
  };
}

async function mint(context: LoadContext): Promise<void> {
  const subject = await signSubject(context.issuer, { sub: context.accountId });
  const { status, body } = await exchange(context.issuer, subject);
  take(context, { status, body: { ...body, id_token: body["access_token"] } });
}

function take(context: LoadContext, answer: { status: number; body: Record<string, unknown> }): unknown {
  const idToken = answer.body["id_token"];
  if (answer.status !== 200 || typeof idToken !== "string") throw new Refused(answer.status, answer.body);
  context.onIdToken(idToken);
  return answer.body;
}
