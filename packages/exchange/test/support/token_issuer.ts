// An issuer for the exchange tests: a key, its published JWKS over HTTP, and tokens of any shape.

import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, SignJWT } from "jose";
import type { IdTokenSource, TrustedTokenIssuer } from "../../src/index.ts";

export interface TestIssuer {
  readonly trustedTokenIssuer: TrustedTokenIssuer;
  /** Mints a good token; claims and header members given override or, when undefined, remove. */
  mint(
    user: { readonly tenantId: string; readonly user: string },
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** A source that mints one token per call, and how often it was asked. */
  readonly source: IdTokenSource;
  readonly minted: string[];
  readonly privateKey: KeyObject;
  close(): Promise<void>;
}

export const testAudience = "isv-client";

export async function startTestIssuer(now: () => Date = () => new Date()): Promise<TestIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...(await exportJWK(publicKey)), kid: "test-key", alg: "RS256", use: "sig" };
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}`;
    const discovery = request.url === "/.well-known/openid-configuration";
    const document = discovery
      ? {
          issuer,
          jwks_uri: `${issuer}/jwks`,
          subject_types_supported: ["public"],
          response_types_supported: ["code"],
          id_token_signing_alg_values_supported: ["RS256"],
        }
      : { keys: [jwk] };
    response.setHeader("content-type", "application/json").end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const minted: string[] = [];

  const mint: TestIssuer["mint"] = async ({ tenantId, user }, claims = {}, header = {}) => {
    const issuedAt = Math.floor(now().getTime() / 1000);
    const payload: Record<string, unknown> = {
      iss: issuer,
      sub: user,
      aud: testAudience,
      iat: issuedAt,
      exp: issuedAt + 300,
      jti: randomUUID(),
      email: `${user}@example.com`,
      email_verified: true,
      tenant_id: tenantId,
      ...claims,
    };
    return await new SignJWT(payload)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "test-key", ...header })
      .sign(privateKey);
  };

  return {
    trustedTokenIssuer: { issuer, audience: testAudience },
    mint,
    minted,
    privateKey,
    source: async ({ tenantId, user }) => {
      const token = await mint({ tenantId, user });
      minted.push(token);
      return token;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
