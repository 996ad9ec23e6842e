// The control API over HTTP, under /_sandbox/. No AWS path begins so, and a signed request is never taken for one.
// Foreign web pages are kept out: a browser's cross-origin request is refused, and writes must be JSON.
import { z } from "zod";
import type { InboundRequest, OutboundResponse } from "../gateway/http/listener.ts";
import { isOwnHost } from "../gateway/http/local_host.ts";
import { MAX_CLOCK_OFFSET_SECONDS } from "../ground/clock.ts";
import { SandboxSetupError } from "../ground/errors.ts";
import type { SandboxControl } from "./control.ts";

const PREFIX = "/_sandbox/";

/** Larger than any control call; far below what would keep the sandbox from answering others. */
const MAX_BODY_BYTES = 64 * 1024;

const name = z.string().max(128);
const text = z.string().max(4096);
const seconds = z.number().min(-MAX_CLOCK_OFFSET_SECONDS).max(MAX_CLOCK_OFFSET_SECONDS);
const faultSchema = z.strictObject({
  service: name.optional(),
  operation: name.optional(),
  times: z.number().int().min(1).max(1_000_000).optional(),
  delayMs: z.number().int().min(0).max(600_000).optional(),
  error: z
    .strictObject({
      code: name.min(1),
      status: z.number().int().min(400).max(599).optional(),
      message: text.optional(),
      members: z.record(name, text).optional(),
    })
    .optional(),
  drop: z.enum(["before", "after", "middle"]).optional(),
});
const clockSchema = z.union([
  z.strictObject({ advanceSeconds: seconds }),
  z.strictObject({ offsetSeconds: seconds }),
]);
const ruleSchema = z.strictObject({ value: z.union([text, z.number(), z.boolean()]) });
const idTokenSchema = z.strictObject({
  email: name.optional(),
  claims: z.record(name, z.unknown()).optional(),
});
const expireSchema = z.strictObject({ accessKeyId: name.optional() });

type Answer = { status: number; body: unknown };
type Route = (
  body: unknown,
  query: URLSearchParams,
  control: SandboxControl,
  name: string,
) => Answer | Promise<Answer>;

const ok = (body: unknown): Answer => ({ status: 200, body });

const ROUTES = new Map<string, Route>([
  ["GET requests", (_body, query, control) => ok({ requests: control.requests(limitOf(query)) })],
  ["DELETE requests", (_body, _query, control) => ok(done(() => control.clearRequests()))],
  ["GET faults", (_body, _query, control) => ok({ faults: control.faults() })],
  ["POST faults", (body, _query, control) => ok(control.addFault(faultSchema.parse(body)))],
  ["DELETE faults", (_body, _query, control) => ok(done(() => control.clearFaults()))],
  ["GET clock", (_body, _query, control) => ok(control.clock())],
  ["POST clock", (body, _query, control) => ok(moveClock(clockSchema.parse(body), control))],
  ["GET rules", (_body, _query, control) => ok({ rules: control.rules() })],
  [
    "PUT rules",
    (body, _query, control, name) => ok(done(() => control.setRule(name, ruleSchema.parse(body).value))),
  ],
  [
    "POST expire-sessions",
    (body, _query, control) =>
      ok({ expired: control.expireSessions(expireSchema.parse(body ?? {}).accessKeyId) }),
  ],
  [
    "POST expire-identity-contexts",
    (_body, _query, control) => ok({ expired: control.expireIdentityContexts() }),
  ],
  ["POST forget-issuer-keys", (_body, _query, control) => ok(done(() => control.forgetIssuerKeys()))],
  ["POST id-token", async (body, _query, control) => ok(await control.idToken(tokenRequestOf(body)))],
  ["GET seed", (_body, _query, control) => ok(control.seedResult())],
  ["GET health", () => ok({ status: "ok" })],
  [
    "POST reset",
    async (_body, _query, control) => {
      await control.reset();
      return ok({ done: true });
    },
  ],
]);

/** @returns the answer, or undefined when the request is not for the control API */
export async function handleControlRequest(
  request: InboundRequest,
  control: SandboxControl,
  endpoint: string,
): Promise<OutboundResponse | undefined> {
  if (!request.rawPath.startsWith(PREFIX) || request.headers["authorization"] !== undefined) return undefined;
  const answer = await route(request, control, endpoint);
  return {
    status: answer.status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
    body: JSON.stringify(answer.body),
  };
}

async function route(request: InboundRequest, control: SandboxControl, endpoint: string): Promise<Answer> {
  const refusal = findForeignOrigin(request, endpoint);
  if (refusal !== null) return problem(403, "CONTROL_FOREIGN_ORIGIN", refusal);
  const [resource = "", name = ""] = request.rawPath.slice(PREFIX.length).split("/");
  const found = ROUTES.get(`${request.method} ${resource}`);
  if (found === undefined) {
    return problem(
      404,
      "CONTROL_UNKNOWN",
      `There is no ${request.method} ${request.rawPath}. Known: ${[...ROUTES.keys()].join(", ")}.`,
    );
  }
  if (request.body.length > MAX_BODY_BYTES) {
    return problem(413, "CONTROL_INPUT_INVALID", `A control call has at most ${MAX_BODY_BYTES} bytes.`);
  }
  try {
    const body: unknown = request.body.length === 0 ? undefined : JSON.parse(request.body.toString("utf8"));
    return await found(body, new URLSearchParams(request.rawQuery), control, decodeURIComponent(name));
  } catch (error) {
    if (error instanceof SandboxSetupError) return problem(400, error.code, error.message);
    if (error instanceof z.ZodError) return problem(400, "CONTROL_INPUT_INVALID", z.prettifyError(error));
    if (error instanceof SyntaxError || error instanceof URIError) {
      return problem(400, "CONTROL_INPUT_INVALID", "The request is not readable; send JSON.");
    }
    throw error;
  }
}

/** A web page elsewhere must not reset or read a developer's sandbox (cross-site request, DNS rebinding). */
function findForeignOrigin(request: InboundRequest, endpoint: string): string | null {
  if (!isOwnHost(request, endpoint)) return "The request came under a host name that is not the sandbox's.";
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const host = header("host") ?? header(":authority") ?? "";
  const origin = header("origin");
  if (origin !== undefined && origin !== `http://${host}`) return `Requests from ${origin} are not taken.`;
  const site = header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return "Cross-site requests are not taken.";
  const isWrite = request.method !== "GET" && request.body.length > 0;
  if (isWrite && !header("content-type")?.startsWith("application/json"))
    return "Send content-type application/json.";
  return null;
}

function moveClock(input: z.infer<typeof clockSchema>, control: SandboxControl) {
  if ("advanceSeconds" in input) control.advanceClock(input.advanceSeconds);
  else control.setClockOffset(input.offsetSeconds);
  return control.clock();
}

function tokenRequestOf(body: unknown) {
  const { email, claims } = idTokenSchema.parse(body ?? {});
  return { ...(email === undefined ? {} : { email }), ...(claims === undefined ? {} : { claims }) };
}

function limitOf(query: URLSearchParams): number | undefined {
  const limit = Number(query.get("limit") ?? Number.NaN);
  return Number.isInteger(limit) ? limit : undefined;
}

function done(act: () => void) {
  act();
  return { done: true };
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}
