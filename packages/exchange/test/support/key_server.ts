// An issuer whose discovery and key set a test scripts, and which counts who asked for what.

import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { exportJWK, type JWK, SignJWT } from "jose";
import { decodeIdToken, type IdToken } from "../../src/id_token/id_token.ts";

export interface SigningPair {
  readonly privateKey: KeyObject;
  /** As published, without a kid. */
  readonly jwk: JWK;
}

export interface KeyServer {
  readonly issuer: string;
  /** The key set; a test changes it. */
  keys: unknown[];
  /** Answers instead of the key set. */
  answer: ((response: ServerResponse) => void) | undefined;
  /** Answers instead of discovery. */
  discovery: ((response: ServerResponse) => void) | undefined;
  /** How often the key set was asked for. */
  asked: number;
  token(kid: string, signer: SigningPair): Promise<IdToken>;
}

export async function newPair(modulusLength = 2048): Promise<SigningPair> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  return { privateKey, jwk: await exportJWK(publicKey) };
}

export async function startKeyServer(t: TestContext): Promise<KeyServer> {
  const state = { issuer: "", keys: [], answer: undefined, discovery: undefined, asked: 0 } as unknown as {
    -readonly [name in keyof KeyServer]: KeyServer[name];
  };
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/.well-known/openid-configuration") {
      if (state.discovery !== undefined) return state.discovery(response);
      response.end(JSON.stringify({ issuer: state.issuer, jwks_uri: `${state.issuer}/jwks` }));
      return;
    }
    state.asked += 1;
    if (state.answer !== undefined) return state.answer(response);
    response.end(JSON.stringify({ keys: state.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.token = async (kid, { privateKey }) => {
    const jwt = new SignJWT({ iss: state.issuer, sub: "alice", jti: randomUUID() });
    return decodeIdToken(await jwt.setProtectedHeader({ alg: "RS256", kid }).sign(privateKey));
  };
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return state;
}
