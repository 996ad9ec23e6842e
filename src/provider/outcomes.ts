// Owns what the log says of what the Provider answered: one line for each refusal, failures with their cause.
import type Provider from "oidc-provider";
import type { errors, KoaContextWithOIDC } from "oidc-provider";
import { isAborted } from "../http_errors.ts";
import type { Log } from "../log.ts";
import { describeRequest } from "../request_context.ts";
import { answerOfGrantError } from "./token_error.ts";

const refusalEvents = [
  "authorization.error",
  "end_session.error",
  "end_session_confirm.error",
  "end_session_success.error",
  "revocation.error",
  "userinfo.error",
] as const;

/** Logs what a Provider refuses, and where it fails. */
export function logOutcomes(provider: Provider, log: Log): void {
  const emitter: NodeJS.EventEmitter = provider;
  for (const event of refusalEvents) {
    emitter.on(event, (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
      log.info(refusalFields(ctx, error), event);
    });
  }
  provider.on("grant.error", (ctx, error) => {
    log.info(refusalFields(ctx, error), "grant.error");
    ctx.body = answerOfGrantError(error) ?? ctx.body;
  });
  provider.on("server_error", (ctx, error) => {
    describeServed(ctx);
    const fields = { route: ctx.oidc?.route, clientId: ctx.oidc?.client?.clientId };
    if (isAborted(ctx.req)) log.debug(fields, "request given up by its sender");
    else log.error({ ...fields, err: error }, "server_error");
  });
  provider.on("backchannel.error", (_ctx, error, client) => {
    log.warn({ clientId: client.clientId, err: error }, "backchannel.error");
  });
}

/** Notes route and client of what the Provider serves, for the access log. */
export function describeServed(ctx: KoaContextWithOIDC): void {
  describeRequest({ route: ctx.oidc?.route, clientId: ctx.oidc?.client?.clientId });
}

function refusalFields(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) {
  describeServed(ctx);
  return {
    route: ctx.oidc?.route,
    clientId: ctx.oidc?.client?.clientId,
    error: error.error,
    reason: error.error_detail ?? error.error_description,
  };
}
