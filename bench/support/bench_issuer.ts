// An issuer for the exchange benchmark: published keys, and ID tokens minted ahead so that signing is not measured.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, SignJWT } from "jose";
import { benchClientId, benchEmail } from "./exchange_aws.ts";

export interface BenchIssuer {
  readonly url: string;
  /** One fresh ID token for the numbered user. */
  mint(index: number): Promise<string>;
  close(): void;
}

export async function startBenchIssuer(): Promise<BenchIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...(await exportJWK(publicKey)), kid: "bench", alg: "RS256", use: "sig" };
  const server = createServer((request, response) => {
    const issuer = urlOf();
    const discovery = {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      subject_types_supported: ["public"],
      response_types_supported: ["code"],
      id_token_signing_alg_values_supported: ["RS256"],
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(request.url === "/jwks" ? { keys: [jwk] } : discovery));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const urlOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: urlOf(),
    mint(index) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: urlOf(),
        sub: `user-${index}`,
        aud: benchClientId,
        iat: now,
        exp: now + 900,
        jti: randomUUID(),
        email: benchEmail(index),
        tenant_id: "acme",
      })
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "bench" })
        .sign(privateKey);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
