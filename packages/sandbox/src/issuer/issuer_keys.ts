// Fetches an issuer's discovery document and JWKS as Identity Center does, and caches both.
// OpenID Connect Discovery 1.0 section 4; IAM Identity Center user guide, "Trusted token issuer configuration settings".
import type { JWK } from "jose";
import type { Clock } from "../ground/clock.ts";
import type { Rules } from "../rules/rules.ts";
import { type AddressFault, findAddressFault } from "./issuer_address.ts";

/** What is known of an issuer, or why nothing is. */
export type IssuerDocuments =
  | { ok: true; issuer: string; jwksUri: string; keys: JWK[]; fetchedAtMs: number }
  | { ok: false; rule: FetchRule; why: string; fix: string };

/** What can go wrong on the way to an issuer's documents: a check, or the switch that decided. */
type FetchRule = AddressFault["rule"] | "issuer.discovery" | "issuer.jwks" | FetchSwitch;
type FetchSwitch = "jwks.redirects" | "jwks.timeoutMs" | "jwks.maxBytes";

/** Issuers known to one sandbox. */
export type IssuerKeys = {
  /**
   * @param issuerUrl as registered
   * @param options `fresh`: do not answer from the cache
   */
  get(issuerUrl: string, options?: { fresh?: boolean }): Promise<IssuerDocuments>;
  clear(): void;
};

type Fetched = { ok: true; value: unknown } | { ok: false; why: string; by?: FetchSwitch };

/** @param clock the machine's clock: caches age by it, however the sandbox's clock is moved */
export function createIssuerKeys(rules: Rules, clock: Clock): IssuerKeys {
  const cache = new Map<string, Promise<IssuerDocuments>>();
  return {
    async get(issuerUrl, { fresh = false } = {}) {
      const cached = fresh ? undefined : await cache.get(issuerUrl);
      if (
        cached?.ok &&
        clock().getTime() - cached.fetchedAtMs < rules.getNumber("jwks.cacheSeconds") * 1000
      ) {
        return cached;
      }
      const pending = fetchDocuments(issuerUrl, rules, clock);
      cache.set(issuerUrl, pending);
      const documents = await pending;
      // A failure is told, not remembered: the next exchange looks again.
      if (!documents.ok && cache.get(issuerUrl) === pending) cache.delete(issuerUrl);
      return documents;
    },
    clear: () => cache.clear(),
  };
}

async function fetchDocuments(issuerUrl: string, rules: Rules, clock: Clock): Promise<IssuerDocuments> {
  const addressFault = await findAddressFault(issuerUrl, rules);
  if (addressFault !== null) return unreachable(addressFault);
  const base = rules.get("issuer.discoveryUrl") === "appended" ? issuerUrl : issuerUrl.replace(/\/$/, "");
  const discoveryUrl = `${base}/.well-known/openid-configuration`;
  const discovery = await fetchJson(discoveryUrl, rules);
  if (!discovery.ok) {
    return {
      ok: false,
      rule: discovery.by ?? "issuer.discovery",
      why: `discovery failed: ${discovery.why}`,
      fix: `Serve an OpenID discovery document at ${discoveryUrl}; the issuer URL is entered without .well-known/….`,
    };
  }
  const { issuer, jwks_uri: jwksUri } = (discovery.value ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
  if (typeof issuer !== "string" || typeof jwksUri !== "string") {
    return {
      ok: false,
      rule: "issuer.discovery",
      why: `the discovery document at ${discoveryUrl} lacks issuer or jwks_uri`,
      fix: "Serve a document that conforms to OpenID Connect Discovery.",
    };
  }
  const jwksFault = await findAddressFault(jwksUri, rules);
  if (jwksFault !== null) return unreachable({ ...jwksFault, why: `jwks_uri: ${jwksFault.why}` });
  const jwks = await fetchJson(jwksUri, rules);
  const keys = jwks.ok ? (jwks.value as { keys?: unknown } | null)?.keys : undefined;
  if (!Array.isArray(keys)) {
    return {
      ok: false,
      rule: jwks.ok ? "issuer.jwks" : (jwks.by ?? "issuer.jwks"),
      why: jwks.ok
        ? `the JWKS at ${jwksUri} has no "keys" list`
        : `the JWKS could not be fetched: ${jwks.why}`,
      fix: `Serve the public keys at ${jwksUri}.`,
    };
  }
  const usable = keys.filter((key): key is JWK => typeof key === "object" && key !== null);
  return { ok: true, issuer, jwksUri, keys: usable, fetchedAtMs: clock().getTime() };
}

function unreachable(fault: AddressFault): IssuerDocuments {
  return {
    ok: false,
    ...fault,
    fix: "Use a public https host on port 443; for a local issuer start the sandbox with allowLocalIssuers (rule issuer.allowLocal).",
  };
}

async function fetchJson(url: string, rules: Rules): Promise<Fetched> {
  const maxBytes = rules.getNumber("jwks.maxBytes");
  try {
    const response = await fetch(url, {
      redirect: rules.get("jwks.redirects") === "follow" ? "follow" : "manual",
      signal: AbortSignal.timeout(rules.getNumber("jwks.timeoutMs")),
      headers: { accept: "application/json" },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      const target = response.headers.get("location");
      return {
        ok: false,
        why: `${url} answered ${response.status}${target === null ? "" : ` (redirect to ${target})`}`,
        ...(target === null ? {} : { by: "jwks.redirects" as const }),
      };
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes)
        return { ok: false, why: `${url} is larger than ${maxBytes} bytes`, by: "jwks.maxBytes" };
      chunks.push(chunk);
    }
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    return {
      ok: false,
      why: `${url}: ${describeFetchError(error)}`,
      ...(isLate ? { by: "jwks.timeoutMs" as const } : {}),
    };
  }
}

function describeFetchError(error: unknown): string {
  if (!(error instanceof Error)) return "unreachable";
  if (error.name === "TimeoutError") return "no answer in time";
  if (error instanceof SyntaxError) return "it is not JSON";
  const cause = error.cause instanceof Error ? error.cause : null;
  return cause === null ? error.message : `${error.message} (${cause.message})`;
}
