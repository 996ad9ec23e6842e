// The work every provider is given, by nothing but what the specifications say of one: documents, client credentials, code flows,
// refreshes.
import { createHash } from "node:crypto";
import {
  basicAuthorization,
  type Connection,
  formRequest,
  getRequest,
  openConnection,
  type Work,
} from "../support/http_load.ts";
import type { Peer } from "./provider.ts";
import { Browser, type PeerPerson, walkToCode } from "./sign_in.ts";

/** What is asked for. */
export type Activity = "discovery" | "JWKS" | "client credentials" | "code flow" | "refresh";

/** How often in a round, and how many at the same time. */
export const sizes: Readonly<Record<Activity, { lanes: number; perRound: number }>> = {
  discovery: { lanes: 16, perRound: 2_000 },
  JWKS: { lanes: 16, perRound: 2_000 },
  "client credentials": { lanes: 16, perRound: 300 },
  "code flow": { lanes: 8, perRound: 80 },
  refresh: { lanes: 8, perRound: 160 },
};

const verifier = "a-verifier-of-the-benchmark-that-is-long-enough-to-be-one";
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** Work at one provider, and what ends it. */
export interface PeerWork {
  works: Readonly<Record<Activity, Work>>;
  close(): void;
}

/** Prepares the work. @param cookies of a browser that is signed in; empty: each lane signs in once */
export function workAt(peer: Peer, person: PeerPerson, cookies = ""): PeerWork {
  const browsers = new Map<number, Browser>();
  const browserOf = (lane: number): Browser => {
    const known = browsers.get(lane) ?? new Browser(cookies);
    browsers.set(lane, known);
    return known;
  };
  const refreshTokens = new Map<number, string>();
  const flow = async (connection: Connection, lane: number): Promise<Tokens> => {
    const code = await walkToCode(browserOf(lane), authorizationOf(peer), peer.redirectUri, person);
    return askToken(connection, peer, {
      grant_type: "authorization_code",
      code,
      redirect_uri: peer.redirectUri,
      code_verifier: verifier,
    });
  };
  return {
    works: {
      discovery: documentWork(peer.endpoints.discovery),
      JWKS: documentWork(peer.endpoints.jwks),
      async "client credentials"(connection) {
        await askToken(connection, peer, {
          grant_type: "client_credentials",
          ...(peer.programScope === "" ? {} : { scope: peer.programScope }),
          ...(peer.resource === "" ? {} : { resource: peer.resource }),
        });
      },
      async "code flow"(connection, lane) {
        const { id_token } = await flow(connection, lane);
        if (id_token === undefined) throw new Error("a code flow brought no ID token");
      },
      async refresh(connection, lane) {
        const refresh_token = refreshTokens.get(lane) ?? (await flow(connection, lane)).refresh_token;
        if (refresh_token === undefined)
          throw new Error(
            "a code flow brought no refresh token: does the client have the grant, and the scope?",
          );
        const next = await askToken(connection, peer, { grant_type: "refresh_token", refresh_token });
        refreshTokens.set(lane, next.refresh_token ?? refresh_token);
      },
    },
    close() {
      for (const browser of browsers.values()) browser.close();
    },
  };
}

/**
 * Does something once in each lane, one after the other: browsers sign in, as one person does on several machines.
 * @returns why it cannot be done; undefined: it was
 */
export async function tryInLanes(peer: Peer, work: Work, lanes: number): Promise<string | undefined> {
  const connection = await openConnection(peer.endpoints.token);
  try {
    for (let lane = 0; lane < lanes; lane += 1) await work(connection, lane);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    connection.close();
  }
}

interface Tokens {
  id_token?: string;
  access_token?: string;
  refresh_token?: string;
}

function authorizationOf({ endpoints, clientId, redirectUri, scope }: Peer): string {
  const url = new URL(endpoints.authorization);
  const query = {
    ...{ client_id: clientId, redirect_uri: redirectUri, response_type: "code", scope },
    ...{ state: "a-state-of-the-benchmark", nonce: "a-nonce-of-the-benchmark" },
    ...{ code_challenge: challenge, code_challenge_method: "S256" },
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

async function askToken(
  connection: Connection,
  { endpoints, clientId, clientSecret }: Peer,
  form: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const headers = {
    authorization: basicAuthorization(encodeURIComponent(clientId), encodeURIComponent(clientSecret)),
  };
  const { status, body } = await connection.send(formRequest(endpoints.token, form, headers));
  if (status !== 200) throw new Error(`the token endpoint answered ${status}: ${body.slice(0, 300)}`);
  return JSON.parse(body) as Tokens;
}

function documentWork(address: string): Work {
  const request = getRequest(new URL(address));
  return async (connection) => {
    const { status } = await connection.send(request);
    if (status !== 200) throw new Error(`${address} answered ${status}`);
  };
}
