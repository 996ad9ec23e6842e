// The control API over HTTP, under /_sandbox/. No AWS path begins so, and a signed request is never taken for one.
// Foreign web pages are kept out: a browser's cross-origin request is refused, and writes must be JSON.
import { findForeignOrigin } from "../gateway/http/foreign_origin.ts";
import type { InboundRequest, OutboundResponse } from "../gateway/http/listener.ts";
import { SandboxSetupError } from "../ground/errors.ts";
import type { SandboxControl } from "./control.ts";
import {
  clockInput,
  expireInput,
  faultInput,
  idTokenInput,
  invalid,
  nothing,
  parseInput,
  readJsonBody,
  readLimit,
  ruleInput,
  shown,
} from "./control_input.ts";

const PREFIX = "/_sandbox/";

/** Larger than any control call; far below what would keep the sandbox from answering others. */
const MAX_BODY_BYTES = 64 * 1024;

type Answer = { status: number; body: unknown };
/** What a route is asked with: body and query as they came, and what stands after its name. */
type Asked = { body: unknown; query: URLSearchParams; name: string };
type Route = (control: SandboxControl, asked: Asked) => unknown;

const done = { done: true };

/** A route that takes nothing, and answers with what `act` gives, or that it is done. */
const plain =
  (act: (control: SandboxControl) => unknown): Route =>
  async (control, { body }) => {
    parseInput(nothing, body ?? {});
    return (await act(control)) ?? done;
  };

const ROUTES = new Map<string, Route>([
  ["GET requests", (control, { query }) => ({ requests: control.requests(readLimit(query)) })],
  ["DELETE requests", plain((control) => control.clearRequests())],
  ["GET faults", plain((control) => ({ faults: control.faults() }))],
  ["POST faults", (control, { body }) => control.addFault(parseInput(faultInput, body))],
  ["DELETE faults", plain((control) => control.clearFaults())],
  ["GET clock", plain((control) => control.clock())],
  ["POST clock", (control, { body }) => moveClock(parseInput(clockInput, body), control)],
  ["GET rules", plain((control) => ({ rules: control.rules() }))],
  [
    "PUT rules",
    (control, { body, name }) => control.setRule(name, parseInput(ruleInput, body).value) ?? done,
  ],
  [
    "POST expire-sessions",
    (control, { body }) => ({
      expired: control.expireSessions(parseInput(expireInput, body ?? {}).accessKeyId),
    }),
  ],
  ["POST expire-identity-contexts", plain((control) => ({ expired: control.expireIdentityContexts() }))],
  ["POST forget-issuer-keys", plain((control) => control.forgetIssuerKeys())],
  ["POST id-token", (control, { body }) => control.idToken(tokenRequestOf(body))],
  ["GET seed", plain((control) => control.seedResult())],
  // Who answers every change with 500 is not well, whatever it still reads.
  ["GET health", plain((control) => control.saved().then(() => ({ status: "ok" })))],
  ["POST reset", plain((control) => control.reset())],
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
  const refusal = findFault(request, endpoint);
  if (refusal !== null) return problem(403, "CONTROL_FOREIGN_ORIGIN", refusal);
  const [resource = "", name = "", ...more] = request.rawPath.slice(PREFIX.length).split("/");
  const found = ROUTES.get(`${request.method} ${resource}`);
  if (found === undefined || more.length > 0 || (name !== "" && resource !== "rules")) {
    return problem(
      404,
      "CONTROL_UNKNOWN",
      `There is no ${request.method} ${request.rawPath.slice(0, 200)}. Known: ${[...ROUTES.keys()].join(", ")}.`,
    );
  }
  if (request.body.length > MAX_BODY_BYTES) {
    return problem(413, "CONTROL_INPUT_INVALID", `A control call has at most ${MAX_BODY_BYTES} bytes.`);
  }
  try {
    const query = new URLSearchParams(request.rawQuery);
    assertKnownQuery(query, `${request.method} ${resource}`);
    const asked = { body: readJsonBody(request.body), query, name: decodeName(name) };
    return { status: 200, body: await found(control, asked) };
  } catch (error) {
    if (error instanceof SandboxSetupError) return problem(400, error.code, error.message);
    throw error;
  }
}

function assertKnownQuery(query: URLSearchParams, route: string): void {
  const known = route === "GET requests" ? ["limit"] : [];
  const stranger = [...query.keys()].find((key) => !known.includes(key));
  if (stranger === undefined) return;
  const may = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
  throw invalid(`${route} has no query parameter ${shown(stranger)}; ${may}.`);
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw invalid(`The name ${shown(name)} is not percent-encoded UTF-8. Encode a % as %25.`);
  }
}

/** Writes must be JSON: what a form of a foreign page could send is not. */
function findFault(request: InboundRequest, endpoint: string): string | null {
  const foreign = findForeignOrigin(request, endpoint);
  if (foreign !== null) return foreign;
  const type = request.headers["content-type"];
  const isJson = typeof type === "string" && type.startsWith("application/json");
  const isWrite = request.method !== "GET" && request.body.length > 0;
  return isWrite && !isJson ? "Send content-type application/json." : null;
}

function moveClock(
  {
    advanceSeconds,
    offsetSeconds,
  }: { advanceSeconds?: number | undefined; offsetSeconds?: number | undefined },
  control: SandboxControl,
) {
  if (advanceSeconds !== undefined) control.advanceClock(advanceSeconds);
  if (offsetSeconds !== undefined) control.setClockOffset(offsetSeconds);
  return control.clock();
}

function tokenRequestOf(body: unknown) {
  const { email, claims } = parseInput(idTokenInput, body ?? {});
  return { ...(email === undefined ? {} : { email }), ...(claims === undefined ? {} : { claims }) };
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}
