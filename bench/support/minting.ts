// Minting ID tokens by token exchange, as a back end does: its clients, the assertions it signs, and the requests it sends.
import { type KeyObject, randomUUID, sign } from "node:crypto";
import { grantTypes } from "../../src/grants_and_scopes.ts";
import {
  longestAssertionLifeSeconds,
  subjectAssertionType,
} from "../../src/provider/grants/subject_assertion.ts";
import { basicAuthorization, formRequest, type Work } from "./http_load.ts";
import {
  addRelyingParty,
  awsClientId,
  clientSecret,
  emailOf,
  type Installation,
  type Instance,
  tenantId,
} from "./installation.ts";

/** How many people are named, unless told otherwise. */
export const namedPeople = 500;
/** How many ask at the same time. */
export const mintLanes = 64;
export const backEndId = "bench-back-end";
export const keyedBackEndId = "bench-keyed-back-end";
const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

/** Adds the client registered with AWS, and two back ends that may mint. @param tenants for whose people */
export async function addClients(
  { db }: Pick<Installation, "db">,
  publicKey: KeyObject,
  tenants: readonly string[] = [tenantId],
): Promise<void> {
  const jwk = { ...publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "bench" };
  const mayMint = {
    grant_types: ["authorization_code", grantTypes.tokenExchange],
    allowed_tenants: [...tenants],
    jwks: { keys: [jwk as never] },
  };
  await addRelyingParty(db, { client_id: awsClientId });
  await addRelyingParty(db, { client_id: backEndId, ...mayMint });
  await addRelyingParty(db, {
    client_id: keyedBackEndId,
    token_endpoint_auth_method: "private_key_jwt",
    client_secret: undefined as never,
    ...mayMint,
  });
}

/** Whom an assertion names. */
export interface NamedPerson {
  sub: string;
  tenant: string;
  email: string;
  name: string;
}

const nextOfBench = (number: number): NamedPerson => {
  const person = number % namedPeople;
  return { sub: `user-${person}`, tenant: tenantId, email: emailOf(person), name: `User ${person}` };
};

/** Makes assertions. Signing on the side that asks is not what is measured, so it happens before each stretch of load. */
export class AssertionMaker {
  readonly #issuer: string;
  readonly #key: KeyObject;
  readonly #loginAtSeconds: number;
  #made: string[] = [];
  #proofs: string[] = [];
  readonly #whoIs: (number: number) => NamedPerson;
  #next = 0;

  /** @param whoIs whom the assertion of a number names */
  constructor(
    issuer: string,
    key: KeyObject,
    loginAtSeconds: number,
    whoIs: (number: number) => NamedPerson = nextOfBench,
  ) {
    this.#issuer = issuer;
    this.#key = key;
    this.#loginAtSeconds = loginAtSeconds;
    this.#whoIs = whoIs;
  }

  prepare(count: number, clientId: string): void {
    while (this.#made.length < count) this.#made.push(this.#subject(clientId));
    if (clientId === keyedBackEndId) this.prepareProofs(count, clientId);
  }

  /** Only what a client proves itself by. */
  prepareProofs(count: number, clientId: string): void {
    while (this.#proofs.length < count) this.#proofs.push(this.#proof(clientId));
  }

  /** What was prepared for one client is of no use to another. */
  clear(): void {
    this.#made = [];
    this.#proofs = [];
  }

  takeSubject(clientId: string): string {
    return this.#made.pop() ?? this.#subject(clientId);
  }

  takeProof(clientId: string): string {
    return this.#proofs.pop() ?? this.#proof(clientId);
  }

  #subject(clientId: string): string {
    this.#next += 1;
    return this.#sign(subjectAssertionType, {
      ...this.#common(clientId, longestAssertionLifeSeconds),
      ...this.#whoIs(this.#next),
      auth_time: this.#loginAtSeconds,
    });
  }

  #proof(clientId: string): string {
    return this.#sign("JWT", { ...this.#common(clientId, 300), sub: clientId });
  }

  #common(clientId: string, lifeSeconds: number) {
    const now = Math.floor(Date.now() / 1000);
    return { iss: clientId, aud: this.#issuer, iat: now, exp: now + lifeSeconds, jti: randomUUID() };
  }

  #sign(typ: string, claims: object): string {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const input = `${encode({ alg: "ES256", typ, kid: "bench" })}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(input), { key: this.#key, dsaEncoding: "ieee-p1363" });
    return `${input}.${signature.toString("base64url")}`;
  }
}

const exchangeForm = {
  grant_type: grantTypes.tokenExchange,
  subject_token_type: tokenType("jwt"),
  requested_token_type: tokenType("id_token"),
};

/** Asks for an ID token with one assertion, by a client with a secret. */
export function minting(
  { issuer }: Pick<Instance, "issuer">,
  maker: AssertionMaker,
  more: Readonly<Record<string, string>> = {},
): Work {
  const headers = { authorization: basicAuthorization(backEndId, clientSecret), ...more };
  return async (connection) => {
    const form = { ...exchangeForm, subject_token: maker.takeSubject(backEndId) };
    const { status, body } = await connection.send(formRequest(`${issuer}/token`, form, headers));
    if (status !== 200) throw new Error(`a mint was refused: ${status} ${body}`);
  };
}

/** The same, by a client that proves itself with `private_key_jwt`. */
export function mintingWithKey({ issuer }: Pick<Instance, "issuer">, maker: AssertionMaker): Work {
  return async (connection) => {
    const form = {
      ...exchangeForm,
      subject_token: maker.takeSubject(keyedBackEndId),
      ...proofForm(keyedBackEndId, maker),
    };
    const { status, body } = await connection.send(formRequest(`${issuer}/token`, form));
    if (status !== 200) throw new Error(`a mint was refused: ${status} ${body}`);
  };
}

/** Asks for a client's own access token, by `private_key_jwt`: as near to a mint as a bare provider has anything. */
export function askingForItself(
  { issuer }: { issuer: string },
  clientId: string,
  maker: AssertionMaker,
): Work {
  return async (connection) => {
    const form = { grant_type: "client_credentials", scope: "api", ...proofForm(clientId, maker) };
    const { status, body } = await connection.send(formRequest(`${issuer}/token`, form));
    if (status !== 200) throw new Error(`client credentials were refused: ${status} ${body}`);
  };
}

const proofForm = (clientId: string, maker: AssertionMaker) => ({
  client_id: clientId,
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion: maker.takeProof(clientId),
});
