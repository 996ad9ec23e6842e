// The forms of the controls' page: from this browser and this page only, held to the same bounds as the control API, and
// answered by a redirect, so that a reload does nothing twice.
import type { SandboxControl } from "../control/control.ts";
import type { Fault } from "../gateway/faults.ts";
import { findForeignOrigin } from "../gateway/http/foreign_origin.ts";
import type { InboundRequest, OutboundResponse } from "../gateway/http/listener.ts";
import type { Clock } from "../ground/clock.ts";
import { SandboxSetupError } from "../ground/errors.ts";
import type { IdSource } from "../state/index.ts";
import { renderControls, renderResetQuestion } from "./controls_page.ts";
import { isFormTokenValid, issueFormToken } from "./form_token.ts";
import { renderMessagePage, renderPage } from "./layout.ts";

const COOKIE = "sandbox_controls";
/** What a form's token is for. */
const PURPOSE = "controls";
const MAX_FORM_BYTES = 16 * 1024;

/** What the controls' page works with. */
export type ControlsSources = {
  control: SandboxControl;
  ids: IdSource;
  /** The machine's: a form must not age with the clock it moves. */
  machineClock: Clock;
  /** Signs the forms; one per sandbox. */
  secret: string;
  endpoint: string;
};

/** @returns the answer, or undefined when the path is not the controls' or the request is signed */
export async function handleControls(
  request: InboundRequest,
  sources: ControlsSources,
): Promise<OutboundResponse | undefined> {
  const { rawPath: path, method } = request;
  if (path !== "/controls" && path !== "/controls/reset") return undefined;
  if (request.headers["authorization"] !== undefined) return undefined;
  const foreign = findForeignOrigin(request, sources.endpoint, true);
  if (foreign !== null) return renderMessagePage(403, "Not from here", foreign);
  if (method === "POST" && path === "/controls") return takeForm(request, sources);
  if (method !== "GET" && method !== "HEAD")
    return renderMessagePage(405, "Not so", "Open the controls with GET.");
  if (path === "/controls/reset")
    return withForms(request, sources, "Reset the sandbox?", renderResetQuestion);
  const done = new URLSearchParams(request.rawQuery).get("done") ?? "";
  return controlsPage(request, sources, { news: Object.hasOwn(NEWS, done) ? NEWS[done] : undefined });
}

const NEWS: Readonly<Record<string, string>> = {
  advance: "The clock was moved.",
  offset: "The clock is the machine’s again.",
  fault: "The fault waits for its call.",
  "clear-faults": "No fault waits any more.",
  "expire-sessions": "All sessions have ended.",
  "expire-contexts": "All identity contexts have ended.",
  "forget-keys": "The issuers’ keys are fetched anew at the next exchange.",
  "clear-requests": "The list of requests is empty.",
  rule: "The switch is set.",
  reset: "The sandbox is as its seed made it.",
};

type Act = (form: URLSearchParams, control: SandboxControl) => unknown;

const ACTS: Readonly<Record<string, Act>> = {
  advance: (form, control) => control.advanceClock(numberOf(form, "seconds")),
  offset: (form, control) => control.setClockOffset(numberOf(form, "seconds")),
  fault: (form, control) => control.addFault(faultOf(form)),
  "clear-faults": (_form, control) => control.clearFaults(),
  "expire-sessions": (_form, control) => control.expireSessions(),
  "expire-contexts": (_form, control) => control.expireIdentityContexts(),
  "forget-keys": (_form, control) => control.forgetIssuerKeys(),
  "clear-requests": (_form, control) => control.clearRequests(),
  rule: (form, control) => control.setRule(form.get("name") ?? "", form.get("value") ?? ""),
  reset: (_form, control) => control.reset(),
};

async function takeForm(request: InboundRequest, sources: ControlsSources): Promise<OutboundResponse> {
  const refuse = (fault: string, status = 400) => controlsPage(request, sources, { fault }, status);
  if (request.body.length > MAX_FORM_BYTES) return refuse(`A form has at most ${MAX_FORM_BYTES} bytes.`, 413);
  const form = new URLSearchParams(request.body.toString("utf8"));
  const { secret, machineClock } = sources;
  const browser = browserOf(request);
  if (!isFormTokenValid(secret, browser, PURPOSE, form.get("form_token") ?? "", machineClock()))
    return refuse(
      "The form was not shown to this browser, or was left open for too long. Send it again.",
      403,
    );
  const act = form.get("act") ?? "";
  if (!Object.hasOwn(ACTS, act)) return refuse("The form asks for nothing the controls have. Send it again.");
  try {
    await ACTS[act]?.(form, sources.control);
  } catch (error) {
    if (error instanceof SandboxSetupError) return refuse(error.message);
    throw error;
  }
  return {
    status: 303,
    headers: { location: `/controls?done=${act}`, "cache-control": "no-store" },
    body: "",
  };
}

function controlsPage(
  request: InboundRequest,
  sources: ControlsSources,
  said: { news?: string | undefined; fault?: string | undefined },
  status = 200,
): OutboundResponse {
  const title = said.fault === undefined ? "Controls" : "Error: Controls";
  const draw = (token: string) => renderControls({ control: sources.control, token, ...said });
  return withForms(request, sources, title, draw, status);
}

/** A page whose forms are tied to the browser; a browser that has no cookie gets one, a second tab keeps the first's. */
function withForms(
  request: InboundRequest,
  { ids, secret, machineClock }: ControlsSources,
  title: string,
  draw: (token: string) => ReturnType<typeof renderControls>,
  status = 200,
): OutboundResponse {
  const browser = browserOf(request) ?? ids.token(32);
  const body = draw(issueFormToken(secret, browser, PURPOSE, machineClock()));
  const page = renderPage({ title, section: "controls", formAction: "'self'", body }, status);
  const cookie = `${COOKIE}=${browser}; Path=/controls; HttpOnly; SameSite=Strict`;
  return { ...page, headers: { ...page.headers, "set-cookie": cookie } };
}

function faultOf(form: URLSearchParams): Fault {
  const text = (name: string) => form.get(name)?.trim() || undefined;
  const number = (name: string) => (text(name) === undefined ? undefined : numberOf(form, name));
  const [service, operation, code, drop] = ["service", "operation", "code", "drop"].map(text);
  return {
    service,
    operation,
    times: number("times"),
    delayMs: number("delayMs"),
    error: code === undefined ? undefined : { code, status: number("status") },
    drop: drop as Fault["drop"],
  };
}

/** @throws SandboxSetupError `CONTROL_INPUT_INVALID` */
function numberOf(form: URLSearchParams, name: string): number {
  const given = form.get(name)?.trim() ?? "";
  if (/^-?\d{1,13}$/.test(given)) return Number(given);
  throw invalidForm(`${name} is ${JSON.stringify(given.slice(0, 60))}; it must be a whole number.`);
}

function invalidForm(message: string): SandboxSetupError {
  return new SandboxSetupError("CONTROL_INPUT_INVALID", message);
}

function browserOf(request: InboundRequest): string | undefined {
  const header = request.headers["cookie"];
  const cookies = (typeof header === "string" ? header : (header ?? []).join("; ")).split("; ");
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
