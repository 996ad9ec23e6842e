// Owns what the doctor's tests share: an issuer that answers as it is told, keys, and reading findings.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Finding } from "../../../src/onboarding/doctor/finding.ts";

/** A signing key and its public JWK. */
export interface TestKey {
  privateKey: KeyObject;
  publicJwk: Record<string, unknown>;
}

/** Makes an RSA key. */
export function makeKey(kid: string, modulusLength = 2048): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const publicJwk = { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
  return { privateKey, publicJwk };
}

/** How an issuer answers; every member has a right default. */
export interface IssuerBehaviour {
  /** Replaces members of the discovery document; undefined leaves one out. */
  discovery?: (host: string) => Record<string, unknown>;
  discoveryStatus?: number;
  discoveryBody?: string;
  jwksStatus?: number;
  jwks?: unknown;
  /** Of the key set; null: none. */
  cacheControl?: string | null;
  /** How far its clock is ahead when it answers; null: it sends no Date header. */
  clockAheadMs?: number | null;
}

/** A running issuer. */
export interface TestIssuer {
  url: string;
  close(): void;
}

/** Starts an issuer. */
export async function startIssuer(behaviour: IssuerBehaviour): Promise<TestIssuer> {
  const server = createServer((request, response) => {
    const { clockAheadMs: aheadMs } = behaviour;
    if (aheadMs === null) response.sendDate = false;
    else if (aheadMs !== undefined) response.setHeader("Date", new Date(Date.now() + aheadMs).toUTCString());
    const answer = (status: number, body: unknown) => {
      if (status >= 300 && status < 400) response.setHeader("Location", "/elsewhere");
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    const { cacheControl = "public, max-age=300" } = behaviour;
    if (request.url === "/jwks" && cacheControl !== null) response.setHeader("Cache-Control", cacheControl);
    if (request.url === "/jwks") return answer(behaviour.jwksStatus ?? 200, behaviour.jwks);
    const document = {
      issuer: url,
      jwks_uri: `${url}/jwks`,
      subject_types_supported: ["public"],
      response_types_supported: ["code"],
      id_token_signing_alg_values_supported: ["RS256"],
      ...behaviour.discovery?.(request.headers.host ?? ""),
    };
    answer(behaviour.discoveryStatus ?? 200, behaviour.discoveryBody ?? document);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The findings that are not in order, as `outcome check`. */
export function complaints(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ outcome }) => outcome === "failed" || outcome === "warning")
    .map(({ outcome, check }) => `${outcome} ${check}`);
}
