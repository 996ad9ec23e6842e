// Owns that a browser session has one id at a time. The library changes the id at each sign-in, and writes the session at the
// end of every request that read it: a request under way at that moment wrote the former id anew, and whoever held a copy
// of that went on as who had just proven themselves. Here of all that hold an id one changes it, and an id that was
// changed, or whose session is over, is written by nobody.
import { AsyncLocalStorage } from "node:async_hooks";
import type Provider from "oidc-provider";
import ProviderClass, { errors, type Session } from "oidc-provider";
import { systemClock } from "../../clock.ts";
import { keepMember } from "./kept_member.ts";

/** A session, and what is ours of it. */
interface KeptSession {
  id: string;
  /** The id it had before this request; of the library's. */
  oldId?: string;
  /** The id it was found by. */
  foundAs?: string;
  /** What it held then, its end aside, and when that was, epoch seconds. */
  foundWith?: { held: string; exp: number | undefined };
  exp?: number;
  /** Whether this request is the one that changes the id. */
  isTaken?: boolean;
  transient?: boolean | undefined;
  /** When the last of its logins ends, epoch seconds. */
  endsAt?: number;
  save(ttl: number): Promise<unknown>;
}

/** Removes the session of an id. Of any number of callers exactly one gets true. */
export type EndSessionId = (id: string) => Promise<boolean>;

/** Thrown by whoever writes a session that is not there any more. */
export class SessionGone extends Error {
  override readonly name = "SessionGone";
}

/** How much later a session that was used has to end to be written for that alone, in seconds. */
const slidesBySeconds = 60;

const endIdOf = new WeakMap<object, EndSessionId>();
const writingAgain = new AsyncLocalStorage<true>();

/** Whether the session that is being written has to be there already, else {@link SessionGone} is to be thrown. */
export const isWrittenAgain = (): boolean => writingAgain.getStore() === true;

/** Gives a Provider's sessions one id each. Call it before the Provider serves anything. */
export function keepSessionIds(provider: Provider, endId: EndSessionId): void {
  const model = provider.Session as unknown as {
    find(id: string, options?: object): Promise<KeptSession | undefined>;
    IN_PAYLOAD: readonly string[];
    prototype: KeptSession;
  };
  keepMember([model], "endsAt");
  endIdOf.set(model.prototype, endId);
  const members = model.IN_PAYLOAD.filter((name) => name !== "exp" && name !== "iat");
  const held = (session: KeptSession) => JSON.stringify(members.map((name) => Reflect.get(session, name)));
  const find = model.find;
  model.find = async function findAndNote(id, options) {
    const found = await find.call(this, id, options);
    if (found === undefined) return undefined;
    Object.defineProperty(found, "foundAs", { value: id });
    Object.defineProperty(found, "foundWith", { value: { held: held(found), exp: found.exp } });
    return found;
  };
  const { save } = model.prototype;
  model.prototype.save = async function saveOnce(this: KeptSession, ttl) {
    const write = () => save.call(this, ttl);
    // Nothing came of this request that has to be kept; whoever has the cookie keeps it.
    if (isAsFound(this, held(this), ttl)) return leaveCookieAlone(provider);
    try {
      if (this.foundAs === undefined) return await write();
      if (this.foundAs === this.id) return await writingAgain.run(true, write);
      if (!(await isTakenBy(this))) throw new SessionGone("another request has given the session a new id");
      return await write();
    } catch (error) {
      if (!(error instanceof SessionGone)) throw error;
      // The browser may have the new id already.
      leaveCookieAlone(provider);
      return undefined;
    }
  };
}

/**
 * Has this request be the one that gives its session a new id, before anything is written by it.
 * @throws SessionNotFound if another was faster
 */
export async function takeNewId(session: Session): Promise<void> {
  const kept = session as unknown as KeptSession;
  if (kept.foundAs === undefined || kept.foundAs === kept.id || (await isTakenBy(kept))) return;
  throw new errors.SessionNotFound("this sign-in was continued already");
}

/**
 * Has the cookie of a session stay as long as the person chose.
 * @param login `remembered`: also when the browser is closed; `endsAtMs`: when it ends whatever happens
 */
export function keepAsChosen(
  session: Session,
  { remembered, endsAtMs }: { remembered: boolean; endsAtMs: number },
): void {
  const kept = session as unknown as KeptSession;
  kept.transient = remembered ? undefined : true;
  kept.endsAt = Math.max(kept.endsAt ?? 0, Math.floor(endsAtMs / 1000));
}

/**
 * How long the record of a session stays unless it is used, in seconds: what it opens is decided elsewhere.
 * @param idle seconds without use, of one that was chosen to stay and of another
 */
export function sessionSeconds(
  session: Session,
  idle: { remembered: number; otherwise: number },
  nowMs: number,
): number {
  const { transient, endsAt } = session as unknown as KeptSession;
  const isRemembered = transient !== true && session.accountId !== undefined;
  const seconds = isRemembered ? idle.remembered : idle.otherwise;
  const left = endsAt === undefined ? seconds : endsAt - Math.floor(nowMs / 1000);
  return Math.max(1, Math.min(seconds, left));
}

async function isTakenBy(session: KeptSession): Promise<boolean> {
  if (session.isTaken === true) return true;
  const endId = endIdOf.get(Object.getPrototypeOf(session));
  if (endId === undefined || session.foundAs === undefined) return false;
  if (!(await endId(session.foundAs))) return false;
  Object.defineProperty(session, "isTaken", { value: true });
  return true;
}

function leaveCookieAlone(provider: Provider): void {
  const response = ProviderClass.ctx?.response;
  if (response === undefined) return;
  // None where the answer sets none, or that was done already: whatever the types say.
  const set = response.get("set-cookie") as string | string[] | undefined;
  const others = cookiesBut(provider.cookieName("session"), set);
  if (others.length === 0) response.remove("set-cookie");
  else response.set("set-cookie", others);
}

// A session that goes through many flows at once is written for the first of them, and then once a minute. How long its logins
// hold is noted more coarsely than that (sessions/login_life.ts).
function isAsFound({ foundWith }: KeptSession, held: string, ttl: number): boolean {
  if (foundWith?.exp === undefined || foundWith.held !== held) return false;
  const later = Math.floor(systemClock().getTime() / 1000) + ttl - foundWith.exp;
  return later >= 0 && later < slidesBySeconds;
}

/** The cookies that an answer sets, without one and its signature. @param set as the header stands */
export function cookiesBut(name: string, set: string | readonly string[] | undefined): string[] {
  return [set ?? []]
    .flat()
    .filter((cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.sig=`));
}
