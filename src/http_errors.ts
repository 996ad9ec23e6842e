// Owns how any failure becomes an HTTP answer: one map from code to status and body. What was not foreseen
// says nothing outward; its cause goes to the log under the request id.
import type { IncomingMessage, ServerResponse } from "node:http";
import { StoreUnavailable } from "./db/store_fault.ts";
import { OperationError } from "./errors.ts";
import type { Log } from "./log.ts";
import { AskerGone, Overloaded } from "./overload/fair_queue.ts";
import { currentRequest } from "./request_context.ts";
import { faultWords, withoutAccount } from "./views/fault_words.ts";
import { currentApplication, currentWords } from "./views/frame.ts";
import type { WayOn } from "./views/page_frame.ts";
import { pageHeaders, renderPage } from "./views/render.ts";

/** A failure as a caller may see it. */
export interface ErrorAnswer {
  status: number;
  code: string;
  message: string;
  fix: string;
  field?: string;
  /** When trying again makes sense. */
  retryAfterSeconds?: number;
}

/** The public side of any failure. */
export function answerOf(error: unknown): ErrorAnswer {
  const known = publicError(error);
  return {
    status: known.status,
    code: known.code,
    message: known.message,
    fix: known.fix,
    ...(known.field === undefined ? {} : { field: known.field }),
    ...(known.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: known.retryAfterSeconds }),
  };
}

function publicError(error: unknown): OperationError {
  // What ails the store is for the log: it names disks, addresses and users. The library meets it in its own words,
  // with the store's as the cause.
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof StoreUnavailable || cause instanceof StoreUnavailable) {
    return new OperationError("unavailable", "The provider cannot serve this now.", {
      fix: "Try again in a moment.",
    });
  }
  if (error instanceof OperationError) return error;
  return new OperationError("internal_error", "The provider could not serve this request.");
}

/** `Retry-After` of an answer that is worth asking for again (RFC 9110 section 10.2.3). */
export function retryHeaders(answer: {
  code?: string | undefined;
  retryAfterSeconds?: number | undefined;
}): Record<string, string> {
  return {
    ...(answer.retryAfterSeconds === undefined ? {} : { "Retry-After": String(answer.retryAfterSeconds) }),
    // Whoever is refused for lack of room and asks again at once pays for a connection.
    ...(answer.code === "overloaded" ? { Connection: "close" } : {}),
  };
}

/** Whether a failure must be looked at by an operator. */
function isOurFault(error: unknown): boolean {
  return answerOf(error).status >= 500;
}

/**
 * Whether a request failed because its sender went away, or stalled until the port gave up, before all of it had
 * come, or been read. Judged by the request alone: an error of the network may as well be the store's.
 */
export function isAborted(request: IncomingMessage): boolean {
  // Of a request without a body nobody reads the end: who went away from that has left us to our work.
  const { "content-length": length = "0", "transfer-encoding": coding } = request.headers;
  return request.readableAborted && (!request.complete || length !== "0" || coding !== undefined);
}

/**
 * Logs a failed request: what is our fault with its cause, a refusal with its reason, a sender who went away in a
 * line of the finest levels, because anybody can cause any number of them. The path is not named, it may hold a challenge.
 */
export function logFailure(log: Log, request: IncomingMessage, error: unknown): void {
  const { code, message } = answerOf(error);
  if (isOurFault(error)) logFault(log, request, error, code);
  else if (isAborted(request)) log.debug(fieldsOf(request, code), "request given up by its sender");
  else log.info({ ...fieldsOf(request, code), reason: message }, "request refused");
}

/**
 * Logs what is our fault, whichever route it failed on: the line `request failed`, with its cause.
 * @param code what the caller is told it is
 */
export function logFault(log: Log, request: IncomingMessage, error: unknown, code: string): void {
  const fields = fieldsOf(request, code);
  if (isAborted(request) || error instanceof AskerGone) log.debug(fields, "request given up by its sender");
  // Of many at once one line is written, with how many they were (overload/queues.ts).
  else if (error instanceof Overloaded) log.debug(fields, "request turned away");
  else {
    const cause = error instanceof Error && error.cause instanceof StoreUnavailable ? error.cause : error;
    const fault = cause instanceof StoreUnavailable ? { kind: cause.kind } : {};
    log.error({ ...fields, ...fault, err: error }, "request failed");
  }
}

function fieldsOf(request: IncomingMessage, code: string) {
  const context = currentRequest();
  const { route, clientId, address } = context ?? {};
  return { method: request.method, route, clientId, address, code };
}

/** Logs that an answer could not be sent; that its reader went away meanwhile is no fault of anybody. */
export function logUnsent(
  log: Log,
  ctx: { req: IncomingMessage; res: ServerResponse } | undefined,
  error: unknown,
): void {
  if (ctx !== undefined && (!ctx.req.complete || ctx.req.socket.destroyed)) {
    log.debug("request or answer given up by the other side");
  } else {
    log.error({ err: error }, "answer could not be sent");
  }
}

/** The answer as JSON; `error` and `error_description` as OAuth spells them (RFC 6749 section 5.2). */
export function errorBody(answer: ErrorAnswer, requestId: string): Record<string, string> {
  return {
    error: answer.code,
    error_description: answer.message,
    fix: answer.fix,
    ...(answer.field === undefined ? {} : { field: answer.field }),
    request_id: requestId,
  };
}

/**
 * The answer as a problem document (RFC 9457), with OAuth's two members besides, which callers read already.
 * `type` names the code; docs/errors.md says what it means.
 */
export function problemBody(answer: ErrorAnswer, requestId: string): Record<string, string | number> {
  return {
    type: `urn:tti-provider:error:${answer.code}`,
    title: answer.code.replaceAll("_", " "),
    status: answer.status,
    detail: answer.message,
    ...errorBody(answer, requestId),
  };
}

/** The part of a failure a page is made from. */
export interface PageFault {
  code: string;
  /** What exactly was wrong, in a developer's words. */
  message?: string | undefined;
}

// Failures of a request somebody wrote, whose exact fault its developer must read.
const developersCodes = ["invalid_input", "invalid_request", "invalid_client", "invalid_redirect_uri"];

/**
 * The answer as a page for a person: what happened, why, what to do, and a way on.
 * @param on.again where another account may be tried in the same sign-in
 * @param on.ways what mends it, first of all
 */
export async function errorPage(
  fault: PageFault,
  requestId: string,
  { again, ways: mending = [] }: { again?: string | undefined; ways?: readonly WayOn[] } = {},
): Promise<string> {
  const words = faultWords(fault.code);
  const ways = withoutAccount.includes(fault.code) ? [] : await waysOn();
  // Where the person can do what the words say.
  if (fault.code === "email_not_verified")
    ways.unshift({ label: currentWords().ways.proveAddress, url: "/account/email" });
  if (again !== undefined) ways.unshift({ label: currentWords().ways.anotherAccount, url: again });
  ways.unshift(...mending);
  const detail = developersCodes.includes(fault.code) || !words.known ? fault.message : undefined;
  return renderPage("error", { ...words, ways, code: fault.code, detail, requestId });
}

/** Where a person goes on: to the application they came from, if this browser knows one, and to their account, whether
 *  they are signed in or not. */
async function waysOn(): Promise<WayOn[]> {
  const { ways } = currentWords();
  const application = await currentApplication();
  const back = application && { label: ways.backTo(application.name), url: application.url };
  return [...(back ? [back] : []), { label: ways.account, url: "/account" }];
}

/** The part of an HTTP context an error is written to; koa's is one. */
export interface ErrorSink {
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
  accepts(...types: string[]): string | string[] | false;
}

/** Writes a failure as the answer: a page for a browser, JSON for everybody else. */
export async function sendError(sink: ErrorSink, error: unknown, requestId: string): Promise<void> {
  const answer = answerOf(error);
  sink.status = answer.status;
  sink.set(retryHeaders(answer));
  if (sink.accepts("json", "html") === "html") {
    sink.set({ ...pageHeaders() });
    sink.body = await errorPage(answer, requestId);
  } else {
    sink.set({ "Cache-Control": "no-store" });
    sink.body = errorBody(answer, requestId);
  }
}
