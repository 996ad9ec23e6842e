// Owns answering the two documents that everybody fetches, keys and discovery, on the raw response where they are at hand: they
// are the same bytes for all, so nothing is looked up, framed or waited for. Whatever is not plain goes the usual way (app.ts),
// which answers the same.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener } from "node:http";
import { type AccessLogOptions, followRequest } from "./access_log.ts";
import { clientAddressOf, type PinOptions } from "./provider/edge/pinned_request.ts";
import type { ProxyWatch } from "./provider/edge/proxy_watch.ts";
import type { DocumentAnswer, KeyDocuments } from "./provider/keys/key_documents.ts";

/** What answering them needs. */
export interface DocumentAnswerDeps extends PinOptions {
  documents: KeyDocuments;
  proxies: ProxyWatch;
  access: AccessLogOptions;
}

/**
 * Headers of every answer of the public port, but for the request's id.
 * @param issuer decides whether browsers are held to HTTPS
 */
export function securityHeaders(issuer: string): Readonly<Record<string, string>> {
  return {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    // oidc-provider adds the hash of its one script (form_post) to script-src.
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ...(issuer.startsWith("https:") ? { "Strict-Transport-Security": "max-age=31536000" } : {}),
  };
}

/**
 * Puts the documents in front of what serves a port.
 * @param serve answers everything else
 */
export function answerDocuments(deps: DocumentAnswerDeps, serve: RequestListener): RequestListener {
  const { documents, proxies, access, issuer, trustedProxies } = deps;
  const usual = Object.entries(securityHeaders(issuer)).flat();
  const written = new WeakMap<DocumentAnswer, readonly string[]>();
  const headersOf = (answer: DocumentAnswer): readonly string[] => {
    const known = written.get(answer);
    if (known !== undefined) return known;
    const headers = [...usual, ...Object.entries(answer.headers).flat()];
    if (answer.body !== undefined) headers.push("Content-Length", String(answer.body.byteLength));
    written.set(answer, headers);
    return headers;
  };
  return (request, response) => {
    const path = request.url ?? "";
    const answer = isPlain(request) ? documents.atHand(path, request.headers["if-none-match"]) : undefined;
    if (answer === undefined) return serve(request, response);
    proxies.look(request);
    const requestId = randomUUID();
    const address = clientAddressOf(request, trustedProxies);
    followRequest(access, request, response, { requestId, address, route: path }, () => {
      response.writeHead(answer.status, ["X-Request-Id", requestId, ...headersOf(answer)]).end(answer.body);
    });
  };
}

// A GET that brings a body has bounds to be held to.
const isPlain = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && headers["content-length"] === undefined && headers["transfer-encoding"] === undefined;
