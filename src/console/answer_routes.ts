// Owns how the console answers: what it works with, the frame of its pages, a page, a redirect, an error.
import type { Context } from "koa";
import { matchedRouteOf } from "../access_log.ts";
import type { TableContext } from "../admin/operations/table.ts";
import { countAuditEvent } from "../audit/audit_store.ts";
import { answerOf, logFailure, retryHeaders } from "../http_errors.ts";
import type { Log } from "../log.ts";
import type { FactorDemand } from "../login_levels.ts";
import { ForeignForm } from "../provider/edge/form.ts";
import { currentRequest, describeRequest } from "../request_context.ts";
import type { ConsolePage } from "../views/console_pages.ts";
import type { ServiceFrame } from "../views/frame.ts";
import type { WayOn } from "../views/page_frame.ts";
import { renderPage } from "../views/render.ts";
import { consoleErrorPage, ForeignName, foreignFormTitle, foreignNameTitle } from "./console_error.ts";
import type { InstallationFacts } from "./place.ts";

/** What the console works with. */
export interface ConsoleDeps extends Omit<TableContext, "caller" | "actor" | "may"> {
  log: Log;
  issuer: string;
  /** The console's origin; undefined: nobody said under which address browsers reach it, so there is none. */
  adminUrl: string | undefined;
  /** Whether it demands two factors. */
  consoleFactor: FactorDemand;
  publicName: string | undefined;
  supportUrl: string | undefined;
  installation: InstallationFacts;
}

/** What it works with where it is open. */
export type OpenConsoleDeps = ConsoleDeps & { adminUrl: string };

/** The frame of a page before it is known who asks; whoever learns it adds to it. */
export function frameOf({ issuer, publicName, supportUrl }: ConsoleDeps): ServiceFrame {
  const { host } = new URL(issuer);
  return { name: publicName ?? host, host, supportUrl };
}

/** Adds to the frame of the request at hand. */
export function addToFrame(ctx: Context, more: Partial<ServiceFrame>): void {
  Object.assign(ctx.state["frame"] as ServiceFrame, more);
}

/** Shows a page. */
export function showPage(ctx: Context, status: number, page: ConsolePage): void {
  ctx.status = status;
  ctx.body = renderPage("console/page", page);
}

/** Shows why something cannot be shown or done; what was refused for want of a right stands in the trail. */
export async function sendConsoleError(
  ctx: Context,
  error: unknown,
  deps: ConsoleDeps,
  ways?: readonly WayOn[],
): Promise<void> {
  const answer = answerOf(error);
  // A route may answer its refusals itself, before whoever serves the console notes which it was.
  describeRequest({ route: matchedRouteOf(ctx) });
  logFailure(deps.log, ctx.req, error);
  if (answer.status === 401 || answer.status === 403) await recordRefusal(ctx, deps, answer);
  ctx.status = answer.status;
  ctx.set(retryHeaders(answer));
  const special = specialTitle(error);
  const requestId = currentRequest()?.requestId ?? "";
  ctx.body = renderPage("error", consoleErrorPage(answer, requestId, ways, special));
}

function specialTitle(error: unknown): string | undefined {
  if (error instanceof ForeignForm) return foreignFormTitle;
  return error instanceof ForeignName ? foreignNameTitle : undefined;
}

// As for the API: anybody can be refused as often as they like, so equal refusals of a minute are one row; and a refusal
// stands, recorded or not.
async function recordRefusal(
  ctx: Context,
  { db, clock, log }: ConsoleDeps,
  { status, code: reason }: { status: number; code: string },
): Promise<void> {
  const actor: unknown = ctx.state["actor"];
  const route = `${ctx.method} ${currentRequest()?.route ?? "unknown"}`;
  const event = { type: "admin.refused", actor: typeof actor === "string" ? actor : "nobody" } as const;
  try {
    await countAuditEvent(db, { ...event, details: { route, status, reason } }, clock());
  } catch (err) {
    log.error({ err }, "a refusal could not be recorded");
  }
}
