// Identity Center's authorize page: `GET /authorize` shows the sign-in page, `POST /authorize` takes the choice and
// sends the browser back with a code. Every refusal goes to the request log with its reason and fix.

import type { InboundRequest, OutboundResponse } from "../../gateway/http/listener.ts";
import { isOwnHost } from "../../gateway/http/local_host.ts";
import type { Clock } from "../../ground/clock.ts";
import type { CheckRecord } from "../../operation/operation.ts";
import type { RequestLog, RequestRecord } from "../../operation/request_log.ts";
import type { Rules } from "../../rules/rules.ts";
import type { IdSource, World } from "../../state/index.ts";
import { isFormTokenValid, issueFormToken } from "../form_token.ts";
import { renderMessagePage } from "../layout.ts";
import {
  type AuthorizationDecision,
  type AuthorizationFault,
  type AuthorizationRequest,
  decideAuthorization,
  REQUEST_PARAMETERS,
} from "./authorize_request.ts";
import { listUsers, nameOf } from "./people.ts";
import { buildRedirect } from "./redirect.ts";
import { createCode, decideSignIn } from "./sign_in.ts";
import { renderSignInPage } from "./sign_in_page.ts";

const COOKIE = "sandbox_authorize";

/** What the authorize page works with. */
export type AuthorizeSources = {
  world: World;
  ids: IdSource;
  clock: Clock;
  rules: Rules;
  log: RequestLog;
  /** Told of each finished request. */
  onRequest(record: RequestRecord): void;
  /** Signs the sign-in form; one per sandbox. */
  secret: string;
  /** The sandbox's own URL. */
  endpoint: string;
};

/** What one request came to: the answer, and what the log says of it. */
type Outcome = {
  response: OutboundResponse;
  region?: string | null;
  checks?: CheckRecord[];
  /** OAuth error code, when refused. */
  error?: string;
  fault?: AuthorizationFault;
  output?: unknown;
};

/** @returns the answer, or undefined when the path is not `/authorize` */
export function handleAuthorize(
  request: InboundRequest,
  sources: AuthorizeSources,
): OutboundResponse | undefined {
  if (request.rawPath !== "/authorize") return undefined;
  const startedAt = performance.now();
  const outcome = answer(request, sources);
  const { fault } = outcome;
  const parameters = parametersOf(request);
  const record = sources.log.add({
    requestId: sources.ids.uuid(),
    at: sources.clock().toISOString(),
    method: request.method,
    path: request.rawPath,
    httpVersion: request.httpVersion,
    service: "sso-oidc",
    operation: request.method === "POST" ? "Authorize (sign-in)" : "Authorize",
    region: outcome.region ?? null,
    accessKeyId: null,
    caller: null,
    onBehalfOf: null,
    tenant: null,
    links: null,
    input: Object.fromEntries(
      [...REQUEST_PARAMETERS, "user"].flatMap((name) => {
        const value = parameters.get(name);
        return value === null ? [] : [[name, value.slice(0, 400)]];
      }),
    ),
    output: outcome.output ?? null,
    status: outcome.response.status,
    errorCode: outcome.error ?? null,
    errorMessage: null,
    reason: fault?.why ?? null,
    rule: fault?.rule ?? null,
    switch: (fault && sources.rules.find(fault.rule)) ?? null,
    fix: fault?.fix ?? null,
    checks: outcome.checks ?? (fault === undefined ? [] : [failed(fault)]),
    injectedFault: null,
    durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
  });
  sources.onRequest(record);
  return outcome.response;
}

function answer(request: InboundRequest, sources: AuthorizeSources): Outcome {
  if (!isOwnHost(request, sources.endpoint)) {
    return stopped(421, null, {
      rule: "authorize.host",
      why: "The request came under a host name that is not the sandbox's.",
      fix: "Open the page under localhost, an IP address or the sandbox's own name.",
    });
  }
  if (request.method !== "GET" && request.method !== "POST") {
    return stopped(405, null, {
      rule: "authorize.method",
      why: `The method was ${request.method}.`,
      fix: "Send the browser to /authorize with GET.",
    });
  }
  const decision = decideAuthorization(parametersOf(request), sources.world);
  if (decision.kind === "stop") return stopped(400, decision.region, decision.fault);
  if (decision.kind === "redirect") return refusedByRedirect(decision);
  return request.method === "GET"
    ? showSignIn(request, decision.request, sources)
    : takeChoice(request, decision.request, sources);
}

function showSignIn(
  request: InboundRequest,
  authorization: AuthorizationRequest,
  { world, ids, clock, secret }: AuthorizeSources,
): Outcome {
  const carried = carriedFields(parametersOf(request));
  // Kept, so that a second tab does not make the first one's form invalid.
  const browser = browserOf(request) ?? ids.token(32);
  const token = issueFormToken(secret, browser, JSON.stringify(carried), clock());
  const page = renderSignInPage({
    request: authorization,
    users: listUsers(world, authorization.instance.identityStoreId),
    fields: [...carried, ["form_token", token]],
  });
  const cookie = `${COOKIE}=${browser}; Path=/authorize; HttpOnly; SameSite=Strict`;
  return {
    response: { ...page, headers: { ...page.headers, "set-cookie": cookie } },
    region: authorization.instance.region,
    checks: [passed("authorize.client", `client_id is application ${authorization.application.name}`)],
  };
}

function takeChoice(
  request: InboundRequest,
  authorization: AuthorizationRequest,
  sources: AuthorizeSources,
): Outcome {
  const { world, ids, clock, secret, rules } = sources;
  const { instance } = authorization;
  const parameters = parametersOf(request);
  const carried = JSON.stringify(carriedFields(parameters));
  const token = parameters.get("form_token") ?? "";
  if (!isFormTokenValid(secret, browserOf(request), carried, token, clock())) {
    return stopped(403, instance.region, {
      rule: "authorize.form",
      why: "The sign-in form was not shown to this browser, was changed, or was left open too long.",
      fix: "Begin again at the application.",
    });
  }
  const decision = decideSignIn(parameters, authorization, world, rules.get("user.disabled") === "accept");
  if ("fault" in decision) {
    const { fault } = decision;
    return refusedByRedirect({
      target: authorization,
      error: "access_denied",
      fault,
      region: instance.region,
    });
  }
  const ttlSeconds = rules.getNumber("authorize.codeSeconds");
  const code = createCode(authorization, decision.user, ids, clock(), ttlSeconds);
  world.authorizationCodes.set(code.code, code);
  return {
    response: redirectTo(buildRedirect(authorization, { code: code.code })),
    region: instance.region,
    checks: [
      passed("authorize.form", "the form came from the browser it was shown to"),
      passed("authorize.user", `signed in as ${nameOf(decision.user)}`),
    ],
    output: { redirectUri: code.redirectUri, codeExpiresAt: new Date(code.expiresAtMs).toISOString() },
  };
}

/** The client is told as little as AWS tells at its token endpoint; why, stands in the log. */
function refusedByRedirect(
  refusal: Omit<Extract<AuthorizationDecision, { kind: "redirect" }>, "kind">,
): Outcome {
  const { target, error, fault, region } = refusal;
  const words = error.replaceAll("_", " ");
  const description = words.charAt(0).toUpperCase() + words.slice(1);
  const response = redirectTo(buildRedirect(target, { error, error_description: description }));
  return { response, region, error, fault, output: { redirectUri: target.redirectUri } };
}

function stopped(status: number, region: string | null, fault: AuthorizationFault): Outcome {
  const text = `${fault.why} ${fault.fix}`;
  return {
    response: renderMessagePage(status, "Sign-in is not possible", text),
    region,
    error: "invalid_request",
    fault,
  };
}

function redirectTo(location: string): OutboundResponse {
  return {
    status: 302,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" },
    body: "",
  };
}

function parametersOf(request: InboundRequest): URLSearchParams {
  return new URLSearchParams(request.method === "POST" ? request.body.toString("utf8") : request.rawQuery);
}

function carriedFields(parameters: URLSearchParams): (readonly [string, string])[] {
  return REQUEST_PARAMETERS.flatMap((name) => parameters.getAll(name).map((value) => [name, value] as const));
}

function browserOf(request: InboundRequest): string | undefined {
  const header = request.headers["cookie"];
  const cookies = (typeof header === "string" ? header : (header ?? []).join("; ")).split("; ");
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

function passed(name: string, why: string): CheckRecord {
  return { name, passed: true, why };
}

function failed({ rule, why, fix }: AuthorizationFault): CheckRecord {
  return { name: rule, passed: false, why, fix };
}
