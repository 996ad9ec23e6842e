// Owns the door of the public port: a program's request of a network that has as much under way as it may is answered here, on
// the raw response and when its turn has come, before anything is read, logged or looked up for it.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessLogOptions } from "../../access_log.ts";
import { answerOf, problemBody, retryHeaders } from "../../http_errors.ts";
import type { Admission } from "../../overload/admission.ts";
import { kindOf } from "../../overload/asked_kind.ts";
import { siteOf } from "../../overload/token_share.ts";
import { pinnedAddressOf, requestIdOf } from "./pinned_request.ts";

/** The part of koa's context that is needed. */
interface Asked {
  req: IncomingMessage;
  res: ServerResponse;
  method: string;
  path: string;
  respond?: boolean | undefined;
}

/**
 * Tells whether a request comes in; one that does not is answered.
 * @param ctx whose request is pinned
 */
export async function comesIn(
  ctx: Asked,
  deps: { admission: Admission; onAnswer?: AccessLogOptions["onAnswer"] },
): Promise<boolean> {
  const kind = kindOf(ctx.method, ctx.path);
  if (kind !== "tokens" && kind !== "searches") return true;
  const { req, res } = ctx;
  const address = pinnedAddressOf(req) ?? "";
  const door = deps.admission.atDoor(kind, address);
  if (typeof door === "function") {
    res.once("close", door);
    await deps.admission.turnstile.pass(siteOf(address));
    if (!res.destroyed) return true;
    ctx.respond = false;
    return false;
  }
  ctx.respond = false;
  const isApi = /^\/v1(\/|$)/i.test(ctx.path);
  const answer = answerOf(door);
  // RFC 6749 section 5.2, as the OAuth endpoints say it; RFC 9457 for back ends.
  const body = isApi
    ? problemBody(answer, requestIdOf(req))
    : { error: "temporarily_unavailable", error_description: `${answer.message} ${answer.fix}` };
  const text = JSON.stringify(body);
  const begin = performance.now();
  const turn = deps.admission.refusals.turn();
  if (turn === undefined) req.destroy();
  void turn?.then(() => {
    if (res.destroyed) return;
    res.writeHead(answer.status, {
      "Content-Type": isApi ? "application/problem+json" : "application/json; charset=utf-8",
      "Content-Length": Buffer.byteLength(text),
      "Cache-Control": "no-store",
      "X-Request-Id": requestIdOf(req),
      "X-Content-Type-Options": "nosniff",
      ...retryHeaders(answer),
    });
    res.end(text);
    const seconds = (performance.now() - begin) / 1000;
    deps.onAnswer?.({ port: "public", status: answer.status, seconds });
  });
  return false;
}
