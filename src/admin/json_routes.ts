// Owns what every JSON route of ours has in common, on whichever port it stands: authentication before anything
// is read, and problem+json for every failure (RFC 9457).
import type { IncomingMessage } from "node:http";
import type Router from "@koa/router";
import type { RouterContext } from "@koa/router";
import type { Context, Next } from "koa";
import { matchedRouteOf } from "../access_log.ts";
import { countAuditEvent } from "../audit/audit_store.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { answerOf, type ErrorAnswer, logFailure, problemBody, retryHeaders } from "../http_errors.ts";
import { bringsBody } from "../input/request_body.ts";
import type { Log } from "../log.ts";
import { noticeGuess } from "../provider/accounts/attack_watch.ts";
import type { BackEndToken } from "../provider/clients/access_tokens.ts";
import { currentRequest, describeRequest } from "../request_context.ts";
import { findCredentialByKey } from "./administrators/credential_store.ts";
import type { Permission } from "./administrators/roles.ts";
import { type ApiRoute, hasBody, inputOf, mayRepeat } from "./api_routes.ts";
import { authenticateCaller } from "./authenticate.ts";
import { readJsonBody } from "./json_body.ts";
import { assertMayBeTold } from "./operations/entry.ts";
import { inWordsOf, type MemberPath } from "./operations/input_faults.ts";
import type { Caller } from "./operations/permissions.ts";
import type { Condition } from "./operations/revision.ts";
import type { TableContext } from "./operations/table.ts";
import type { AnswerSeals } from "./repeats/answer_seals.ts";
import { parseRepeatKey, takeUp } from "./repeats/repeated_call.ts";

/** What routes of the table work with, before there is a caller. */
export interface JsonRouteDeps extends Omit<TableContext, "caller" | "actor" | "may"> {
  /** Keeps answers for calls that are sent again. */
  answerSeals: AnswerSeals;
  /** Looks up the access token of a back end, as it stands now, or as a transaction sees it. */
  findBackEndToken(token: string, db?: Database): Promise<BackEndToken | undefined>;
}

/** What answering works with. */
export interface AnswerDeps {
  db: Database;
  clock: Clock;
  log: Log;
}

// Anybody can be refused as often as they like: equal refusals of a minute are one row. A refusal stands, recorded or
// not.
async function recordRefusal(
  { db, clock, log }: AnswerDeps,
  method: string,
  { status, code: reason }: ErrorAnswer,
): Promise<void> {
  const { route = "unknown", clientId, credentialId } = currentRequest() ?? {};
  const known = clientId === undefined ? "nobody" : `client:${clientId}`;
  const actor = credentialId === undefined ? known : `credential:${credentialId}`;
  const details = { route: `${method} ${route}`, status, reason };
  try {
    await countAuditEvent(db, { type: "admin.refused", actor, clientId, details }, clock());
    if (status === 401) await noticeGuess({ db, clock }, "administration");
  } catch (err) {
    log.error({ err }, "a refusal could not be recorded");
  }
}

/**
 * Answers whatever a JSON route throws, and an address nobody has, as a problem document.
 * @param requestId found again in the log; the answer carries it
 * @see RFC 9457; RFC 6750 section 3 for the challenge
 */
export async function answerInJson(
  ctx: Context,
  next: Next,
  deps: AnswerDeps,
  requestId: string,
): Promise<void> {
  ctx.set({
    "X-Request-Id": requestId,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  });
  try {
    await next();
    describeRequest({ route: matchedRouteOf(ctx) });
    if (ctx.status === 404 && ctx.body === undefined) {
      throw new OperationError("not_found", "There is no such address in this API.", {
        fix: "Check path and method: docs/admin-api.md lists every route, and on which port it answers.",
      });
    }
  } catch (error) {
    const answer = answerOf(error);
    describeRequest({ route: matchedRouteOf(ctx) });
    logFailure(deps.log, ctx.req, error);
    if (answer.status === 401 || answer.status === 403) await recordRefusal(deps, ctx.method, answer);
    ctx.status = answer.status;
    ctx.set(retryHeaders(answer));
    if (answer.status === 401) ctx.set("WWW-Authenticate", 'Bearer realm="tti-provider"');
    if (answer.code === "forbidden") {
      ctx.set("WWW-Authenticate", 'Bearer realm="tti-provider", error="insufficient_scope"');
    }
    ctx.body = problemBody(answer, requestId);
    ctx.type = "application/problem+json";
  }
}

/** Adds routes of the table to a router, each behind an access token with its scope. */
export function addJsonRoutes(router: Router, routes: readonly ApiRoute[], deps: JsonRouteDeps): void {
  for (const route of routes.filter(({ streamed }) => streamed === undefined)) {
    addJsonRoute(router, route, deps, (_ctx, context, input) => route.operation(context, input));
  }
}

/**
 * Adds one route behind an access token with its scope. Who is not let in is not read.
 * @param answer makes the body of the answer
 */
export function addJsonRoute(
  router: Router,
  route: ApiRoute,
  deps: JsonRouteDeps,
  answer: (ctx: RouterContext, context: TableContext, input: Record<string, unknown>) => Promise<unknown>,
): void {
  router[route.method](route.path, async (ctx) => {
    const authorization = ctx.get("authorization");
    const ask = (asked: Permission, db: Database) =>
      authenticateCaller(authorization, asked, {
        findToken: (token) => deps.findBackEndToken(token, db),
        findCredential: (key) => findCredentialByKey(db, key, deps.clock()),
      });
    let standing = await ask(route.right, deps.db);
    const { actor, generation, tenantId } = standing;
    const { clientId, tokenHash } = standing.caller;
    // How long the body takes is the caller's to say: what they may is asked again when something comes of it.
    const body = hasBody(route) ? await readJsonBody(ctx.req) : {};
    // Where no body was waited for, the operation's first question is the one just answered, of the same moment.
    let answered = !hasBody(route);
    const may = async (asked: Permission, db: Database): Promise<boolean> => {
      if (answered && asked === route.right && db === deps.db) return true;
      standing = await ask(asked, db);
      return true;
    };
    const caller: Caller = {
      clientId,
      tokenHash,
      mayActFor: (...right) => standing.caller.mayActFor(...right),
    };
    let etag: string | undefined;
    const condition: Condition = {
      ifMatch: ifMatchOf(route, ctx.req),
      told(told) {
        etag = told;
      },
    };
    const context = { ...deps, caller, actor, tenantId, may, condition };
    const path = ctx.params as Record<string, string>;
    const input = inputOf(route, {
      path,
      querystring: ctx.querystring,
      body,
      bringsBody: bringsBody(ctx.req),
    });
    const key = repeatKeyOf(route, ctx.req);
    const named = { actor, generation, method: ctx.method, path: ctx.path, body };
    const call = key === undefined ? undefined : await takeUp(deps, { ...named, key });
    if (call !== undefined && "answered" in call) {
      await assertMayBeTold(route.operation, context, input);
      ctx.set("Idempotency-Replayed", "true");
      ctx.body = call.answered;
      ctx.status = route.status;
      return;
    }
    const answering = answer(ctx, { ...context, settled: call?.settle }, input);
    answered = false;
    ctx.body = await answering
      .catch((error: unknown) => {
        throw inWordsOf(error, wordsOfRequest(route, body));
      })
      .finally(() => call?.release());
    ctx.status = route.status;
    if (etag !== undefined) ctx.set("ETag", etag);
  });
}

// As with If-Match; what creates nothing has no need of it.
function repeatKeyOf(route: ApiRoute, { headers }: IncomingMessage): string | undefined {
  const header = headers["idempotency-key"];
  if (header === undefined) return undefined;
  if (mayRepeat(route)) return parseRepeatKey(String(header));
  throw new OperationError("invalid_input", "Idempotency-Key is not read here.", {
    field: "Idempotency-Key",
    fix: "Leave it out: docs/admin-api.md says which calls take it.",
  });
}

// What stands where the route does not read is refused: whoever sends it counts on it.
function ifMatchOf({ operation }: ApiRoute, request: IncomingMessage): string | undefined {
  const { "if-match": ifMatch } = request.headers;
  if (ifMatch === undefined || operation.entry.revises !== undefined) return ifMatch;
  throw new OperationError("invalid_input", "If-Match is not read here.", {
    field: "If-Match",
    fix: "Leave it out: docs/admin-api.md says which calls take it.",
  });
}

// What a caller calls the members of an operation: what the path gives by its name there, the rest by their own.
function wordsOfRequest(route: ApiRoute, body: Readonly<Record<string, unknown>>) {
  const ofPath = Object.entries(route.params).flatMap(([parameter, member]) => [
    [member, parameter] as const,
    [parameter, parameter] as const,
  ]);
  return ([member = "", ...inside]: MemberPath): string | undefined => {
    if (inside.length > 0 || Object.hasOwn(body, member)) return undefined;
    return ofPath.find(([name]) => name === member)?.[1];
  };
}
