// Owns what the log says of what the Provider answered: one line for each refusal, failures with their cause.
import type Provider from "oidc-provider";
import type { errors, KoaContextWithOIDC } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { logFault } from "../../http_errors.ts";
import type { Log } from "../../log.ts";
import { describeRequest } from "../../request_context.ts";
import { answerOfGrantError, storeTroubleAnswer } from "../library/token_error.ts";

const refusalEvents = [
  "authorization.error",
  "code_verification.error",
  "device_authorization.error",
  "device_resume.error",
  "end_session.error",
  "end_session_confirm.error",
  "end_session_success.error",
  "introspection.error",
  "pushed_authorization_request.error",
  "revocation.error",
  "userinfo.error",
] as const;

/** Logs what a Provider refuses, and where it fails. */
export function logOutcomes(provider: Provider, log: Log): void {
  const emitter: NodeJS.EventEmitter = provider;
  for (const event of refusalEvents) {
    emitter.on(event, (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
      logRefusal(log, ctx, error, event);
    });
  }
  provider.on("grant.error", (ctx, error) => {
    logRefusal(log, ctx, error, "grant.error");
    ctx.body = answerOfGrantError(error) ?? ctx.body;
  });
  // RFC 7662 section 2.2: of a token that may not be asked about, signed ones included, nothing is told.
  emitter.on("introspection.error", (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    if (error.error !== "unsupported_token_type") return;
    ctx.status = 200;
    ctx.body = { active: false };
  });
  provider.on("server_error", (ctx, error) => {
    describeServed(ctx);
    const trouble = error instanceof OperationError && error.status === 503;
    logFault(log, ctx.req, error, trouble ? storeTroubleAnswer.error : "server_error");
    // Trouble that did not come through the adapter; where a page is due, page_sources.ts draws it.
    if (!trouble) return;
    ctx.status = 503;
    if (typeof ctx.body === "object") ctx.body = storeTroubleAnswer;
  });
}

/** Notes route and client of what the Provider serves, for the access log. */
export function describeServed(ctx: KoaContextWithOIDC): void {
  describeRequest({ route: ctx.oidc?.route, clientId: ctx.oidc?.client?.clientId });
}

function logRefusal(log: Log, ctx: KoaContextWithOIDC, error: errors.OIDCProviderError, event: string): void {
  // A device asks every few seconds.
  if (isWaiting(error)) log.debug(refusalFields(ctx, error), event);
  else if (error.statusCode >= 500) {
    describeServed(ctx);
    logFault(log, ctx.req, error.cause ?? error, error.error);
  }
  // A client that does not come in is set up wrongly, or is somebody else: told also where `tti dev` tells warnings only.
  else log[error.error === "invalid_client" ? "warn" : "info"](refusalFields(ctx, error), event);
}

/** Whether a device was told to ask again later (RFC 8628 section 3.5): nothing was refused. */
export const isWaiting = ({ error }: { error: string }): boolean =>
  error === "authorization_pending" || error === "slow_down";

function refusalFields(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) {
  describeServed(ctx);
  return {
    route: ctx.oidc?.route,
    clientId: ctx.oidc?.client?.clientId,
    error: error.error,
    reason: error.error_detail ?? error.error_description,
  };
}
