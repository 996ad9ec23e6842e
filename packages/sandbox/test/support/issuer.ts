// A small OpenID issuer for tests: serves discovery and JWKS, signs whatever a test asks for, and can misbehave.
import http from "node:http";
import { exportJWK, generateKeyPair, type CryptoKey as JoseKey, type JWK, SignJWT } from "jose";

export type SigningKey = { kid: string; privateKey: JoseKey; publicJwk: JWK };

export type TestIssuer = {
  url: string;
  /** The key the JWKS publishes at the start. */
  key: SigningKey;
  /** Served documents; tests may change them. */
  discovery: Record<string, unknown>;
  jwks: { keys: JWK[] };
  /** How often each path was asked for. */
  hits: Map<string, number>;
  /** Answers every path with this status when set. */
  brokenStatus: number | null;
  redirectTo: string | null;
  /** A good ID token, with changes. A claim set to `undefined` is left out. */
  token(
    claims: Record<string, unknown>,
    options?: { key?: SigningKey; header?: Record<string, unknown> },
  ): Promise<string>;
  close(): Promise<void>;
};

export const CLIENT_ID = "isv-client-id";

/** RSA keys are slow to make: one pair serves a test file. */
export async function createSigningKey(kid: string, algorithm = "RS256", bits = 2048): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, {
    modulusLength: bits,
    extractable: true,
  });
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" } };
}

export async function startIssuer(key: SigningKey, now: () => Date = () => new Date()): Promise<TestIssuer> {
  const hits = new Map<string, number>();
  const server = http.createServer((request, response) => {
    const path = request.url ?? "/";
    hits.set(path, (hits.get(path) ?? 0) + 1);
    if (issuer.brokenStatus !== null) {
      response.writeHead(issuer.brokenStatus).end();
      return;
    }
    if (issuer.redirectTo !== null) {
      response.writeHead(302, { location: issuer.redirectTo }).end();
      return;
    }
    const document =
      path === "/jwks" ? issuer.jwks : path === "/.well-known/openid-configuration" ? issuer.discovery : null;
    response.writeHead(document === null ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  let counter = 0;
  const issuer: TestIssuer = {
    url,
    key,
    discovery: {
      issuer: url,
      jwks_uri: `${url}/jwks`,
      subject_types_supported: ["public"],
      response_types_supported: ["code"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
    jwks: { keys: [key.publicJwk] },
    hits,
    brokenStatus: null,
    redirectTo: null,
    async token(claims, options = {}) {
      const signing = options.key ?? key;
      const seconds = Math.floor(now().getTime() / 1000);
      counter += 1;
      const payload = {
        iss: url,
        sub: "user-1",
        aud: CLIENT_ID,
        iat: seconds,
        exp: seconds + 300,
        jti: `jti-${counter}-${Math.random()}`,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({
          alg: signing.publicJwk.alg ?? "RS256",
          typ: "JWT",
          kid: signing.kid,
          ...options.header,
        })
        .sign(signing.privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
