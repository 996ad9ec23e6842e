// Owns signing in to the console and out of it: out to the provider with a state and a challenge, back with a code that is
// redeemed here, a session that only an administrator gets.
import { randomBytes } from "node:crypto";
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { Context } from "koa";
import { administratorSignedIn } from "../../admin/administrators/administrator_store.ts";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import { onceEach, parseFormText } from "../../input/form_text.ts";
import {
  consoleCallbackPath,
  consoleSignedOutPath,
  consoleSignInUrl,
  consoleSignOutUrl,
} from "../../provider/clients/console_client.ts";
import { assertOwnForm, readForm } from "../../provider/edge/form.ts";
import { seeOther } from "../../see_other.ts";
import { renderPage } from "../../views/render.ts";
import { type OpenConsoleDeps, sendConsoleError } from "../answer_routes.ts";
import { administersNothing } from "../console_error.ts";
import { readCookie, setCookie } from "../edge/cookies.ts";
import { lacksFactor, longestMs, openedAtMs, readStanding } from "./console_session.ts";
import { createConsoleSession, deleteConsoleSession } from "./console_session_store.ts";
import { isOwnToken } from "./csrf.ts";
import { beginSignIn, formatPending, isAnswerTo, parsePending, pendingSeconds } from "./pending_sign_in.ts";
import { readCode, useCode } from "./redeem_code.ts";

/** Where a sign-in begins that asks for the password, so that another account can be chosen. */
export const signInPath = "/console/sign-in";
// Where a page offers to try again.
const again = [{ label: "Sign in again", url: signInPath }];

/** Sends a browser to the provider's login page. */
export function beginAt(
  ctx: Context,
  { issuer, adminUrl, consoleFactor }: Pick<OpenConsoleDeps, "issuer" | "adminUrl" | "consoleFactor">,
  { to, again: asksAgain = false }: { to: string; again?: boolean },
): void {
  const pending = beginSignIn(to);
  ctx.append("Set-Cookie", setCookie(adminUrl, "signIn", formatPending(pending), pendingSeconds));
  const asked = { ...pending, again: asksAgain, factor: consoleFactor };
  seeOther(ctx, consoleSignInUrl({ issuer, adminUrl }, asked));
}

/** Adds the addresses of signing in and out. */
export function addSignInRoutes(router: Router, deps: OpenConsoleDeps): void {
  const { db, clock, adminUrl, consoleFactor } = deps;

  router.get(signInPath, (ctx) => beginAt(ctx, deps, { to: "/console", again: true }));

  router.get(consoleCallbackPath, async (ctx) => {
    try {
      await comeBack(ctx, deps);
    } catch (error) {
      await sendConsoleError(ctx, error, deps, again);
    }
  });

  router.get(consoleSignedOutPath, (ctx) => {
    ctx.body = renderPage("logged_out", { signInUrl: "/console" });
  });

  // Ends the session here, then lets the provider end its own.
  router.post("/console/sign-out", async (ctx) => {
    assertOwnForm(ctx.req, adminUrl);
    const id = readCookie(ctx.get("cookie"), adminUrl, "session");
    const form = await readForm(ctx.req);
    if (id === undefined || !isOwnToken(id, form.get("csrf"))) return seeOther(ctx, "/console");
    await deleteConsoleSession(db, id);
    ctx.append("Set-Cookie", setCookie(adminUrl, "session", "", 0));
    seeOther(ctx, consoleSignOutUrl(deps));
  });

  async function comeBack(ctx: RouterContext, { issuer }: OpenConsoleDeps): Promise<void> {
    const answer = onceEach(parseFormText(ctx.querystring));
    const pending = parsePending(readCookie(ctx.get("cookie"), adminUrl, "signIn"));
    // Who did not begin here, or has come back already, brings another's answer (login CSRF), or an old one.
    if (pending === undefined || !isAnswerTo(pending, answer.get("state"))) throw over();
    // RFC 9207 section 2.4: an answer of another issuer is none.
    if (answer.get("iss") !== issuer) throw over();
    const code = answer.get("code");
    if (code === undefined) {
      throw new OperationError("unauthenticated", "The sign-in was not completed.", {
        fix: "Sign in again.",
      });
    }
    const now = clock();
    const nowMs = now.getTime();
    const meaning = await readCode(db, { code, verifier: pending.verifier }, { adminUrl, nowMs });
    if (meaning === undefined) throw over();
    const { accountId } = meaning;
    const standing = await readStanding(db, meaning, nowMs);
    const opened = openedAtMs(accountId, standing, consoleFactor, nowMs);
    // What was proven is a factor that is gone by now, or none was asked for: whoever signs in anew proves one.
    if (opened === undefined && lacksFactor(accountId, standing, nowMs))
      return beginAt(ctx, deps, { to: pending.to, again: true });
    if (opened === undefined) throw over();
    ctx.state["actor"] = `account:${accountId}`;
    // Asked last before the session is made, and anew at every request.
    const role = await administratorSignedIn(db, { ...meaning, factor: consoleFactor }, now);
    if (role === undefined) throw administersNothing();
    const id = randomBytes(32).toString("base64url");
    await db.transaction(async (trx) => {
      if (!(await useCode(trx, code, nowMs))) throw over();
      const times = { createdAtMs: nowMs, usedAtMs: nowMs, expiresAtMs: opened + longestMs };
      await createConsoleSession(trx, id, { ...meaning, ...times });
      const event = { type: "admin.signed_in", actor: `account:${accountId}`, accountId } as const;
      await createAuditEvent(trx, { ...event, details: { role } }, now);
    });
    // What this browser had before is over: nobody goes on in a session that was there already (session fixation).
    const before = readCookie(ctx.get("cookie"), adminUrl, "session");
    if (before !== undefined) await deleteConsoleSession(db, before);
    ctx.append("Set-Cookie", setCookie(adminUrl, "session", id));
    ctx.append("Set-Cookie", setCookie(adminUrl, "signIn", "", 0));
    seeOther(ctx, pending.to);
  }
}

function over(): OperationError {
  return new OperationError(
    "sign_in_expired",
    "It was finished already, took too long, or was begun in another browser.",
    {
      fix: "Sign in again.",
    },
  );
}
