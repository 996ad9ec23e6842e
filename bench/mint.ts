// ID tokens minted per second by token exchange on PostgreSQL, against what bare oidc-provider makes of a refresh
// grant in memory, and against the machine's RSA-2048 signatures. Run with `node bench/mint.ts [--quick]`.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { grantTypes } from "../src/grants_and_scopes.ts";
import {
  longestAssertionLifeSeconds,
  subjectAssertionType,
} from "../src/provider/grants/subject_assertion.ts";
import { type BareProvider, startBareProvider } from "./support/bare_provider.ts";
import {
  basicAuthorization,
  closedLoop,
  formRequest,
  type Load,
  type LoadResult,
  openLoop,
  percentile,
  type Work,
} from "./support/http_load.ts";
import {
  addNamedPeople,
  addRelyingParty,
  awsClientId,
  clientSecret,
  emailOf,
  type Installation,
  type Instance,
  openInstallation,
  tenantId,
} from "./support/installation.ts";
import { milliseconds, type Pace, perSecond, progress, readPace, report } from "./support/measurement.ts";
import { measureRsaRate } from "./support/rsa_rate.ts";

const bench = "mint";
const people = 500;
export const lanes = 64;
export const backEndId = "bench-back-end";
const keyedBackEndId = "bench-keyed-back-end";
const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

/** Measures, and reports a line for each figure. */
export async function main(pace: Pace): Promise<void> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  progress("starting PostgreSQL, servers and the baseline");
  const installation = await openInstallation("postgres");
  const bare = await startBareProvider(lanes);
  try {
    await addClients(installation, keys.publicKey);
    await addNamedPeople(installation.db, people, loginAtSeconds * 1000);
    const first = await installation.startInstance();
    const second = await installation.startInstance({ issuer: first.issuer });
    const maker = new AssertionMaker(first.issuer, keys.privateKey, loginAtSeconds);
    const sides = {
      bare: { lanes, urls: [bare.localUrl], work: refreshing(bare) },
      one: { lanes, urls: [first.localUrl], work: minting(first, maker) },
      two: { lanes, urls: [first.localUrl, second.localUrl], work: minting(first, maker) },
      keyed: { lanes, urls: [first.localUrl], work: mintingWithKey(first, maker) },
    };
    const rates = await measureRates(sides, maker, first, pace);
    await reportLatency(sides, rates, maker, pace);
  } finally {
    await bare.stop();
    await installation.close();
  }
}

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

type Sides = Readonly<Record<"bare" | "one" | "two" | "keyed", Load>>;

/** Whom an assertion names. */
export interface NamedPerson {
  sub: string;
  tenant: string;
  email: string;
  name: string;
}

const nextOfBench = (number: number): NamedPerson => {
  const person = number % people;
  return { sub: `user-${person}`, tenant: tenantId, email: emailOf(person), name: `User ${person}` };
};

// Signing on the side that asks is not what is measured, so it happens before each stretch of load.
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
    if (clientId !== keyedBackEndId) return;
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

export function minting({ issuer }: Instance, maker: AssertionMaker): Work {
  const headers = { authorization: basicAuthorization(backEndId, clientSecret) };
  return async (connection) => {
    const form = { ...exchangeForm, subject_token: maker.takeSubject(backEndId) };
    const { status, body } = await connection.send(formRequest(`${issuer}/token`, form, headers));
    if (status !== 200) throw new Error(`a mint was refused: ${status} ${body}`);
  };
}

function mintingWithKey({ issuer }: Instance, maker: AssertionMaker): Work {
  return async (connection) => {
    const form = {
      ...exchangeForm,
      subject_token: maker.takeSubject(keyedBackEndId),
      client_id: keyedBackEndId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: maker.takeProof(keyedBackEndId),
    };
    const { status, body } = await connection.send(formRequest(`${issuer}/token`, form));
    if (status !== 200) throw new Error(`a mint was refused: ${status} ${body}`);
  };
}

export function refreshing(bare: BareProvider): Work {
  const headers = { authorization: basicAuthorization(bare.clientId, bare.clientSecret) };
  const requests = bare.refreshTokens.map((token) =>
    formRequest(`${bare.issuer}/token`, { grant_type: "refresh_token", refresh_token: token }, headers),
  );
  // In turns: the library's memory holds a thousand entries, and forgets the token that was not used for long.
  let next = 0;
  return async (connection) => {
    next += 1;
    const { status, body } = await connection.send(requests[next % requests.length] ?? "");
    if (status !== 200 || !body.includes("id_token")) throw new Error(`a refresh failed: ${status} ${body}`);
  };
}

interface Rates {
  bare: number;
  one: number;
}

// In turns, so that a machine that slows down slows every side.
async function measureRates(
  sides: Sides,
  maker: AssertionMaker,
  first: Instance,
  pace: Pace,
): Promise<Rates> {
  const results: Record<keyof Sides, LoadResult[]> = { bare: [], one: [], two: [], keyed: [] };
  const signatures: { oneCore: number; allCores: number }[] = [];
  const names = Object.keys(sides) as (keyof Sides)[];
  let statements = 0;
  for (let round = -1; round < pace.rounds; round += 1) {
    progress(round < 0 ? "warming up" : `round ${round + 1} of ${pace.rounds}`);
    for (const name of names) {
      prepare(name, maker, pace.sliceMs);
      const before = await first.child.ask<number>("statements");
      const result = await closedLoop(sides[name], pace.sliceMs);
      if (round < 0) continue;
      results[name].push(result);
      if (name === "one") statements += (await first.child.ask<number>("statements")) - before;
    }
    if (round >= 0) signatures.push(await measureRsaRate(pace.sliceMs));
  }
  const rate = (name: keyof Sides) => {
    const total = results[name].reduce((sum, one) => sum + one.count, 0);
    return total / results[name].reduce((sum, one) => sum + one.seconds, 0);
  };
  const counted = results.one.reduce((sum, one) => sum + one.count, 0);
  reportRates({ bare: rate("bare"), one: rate("one"), two: rate("two"), keyed: rate("keyed") }, signatures);
  report({
    bench,
    name: "database statements per mint",
    value: (statements / counted).toFixed(2),
    baseline: "4 alone: two clients, one look, one write",
    ratio: statements / counted / 4,
  });
  return { bare: rate("bare"), one: rate("one") };
}

function prepare(name: keyof Sides, maker: AssertionMaker, durationMs: number): void {
  maker.clear();
  if (name === "bare") return;
  const fastestPerSecond = 2_500;
  maker.prepare((fastestPerSecond * durationMs) / 1000, name === "keyed" ? keyedBackEndId : backEndId);
}

function reportRates(
  rates: Readonly<Record<keyof Sides, number>>,
  signatures: readonly { oneCore: number; allCores: number }[],
): void {
  const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const oneCore = mean(signatures.map((one) => one.oneCore));
  const allCores = mean(signatures.map((one) => one.allCores));
  const against = (name: string, rate: number, target?: number) => {
    const ratio = rate / rates.bare;
    const met = target === undefined ? undefined : ratio >= target;
    const baseline = `${perSecond(rates.bare)} refreshes, bare oidc-provider in memory`;
    report({ bench, name, value: perSecond(rate), baseline, ratio, target, met });
  };
  against("mints, one process on PostgreSQL / bare refresh", rates.one, 1);
  against("mints, two processes on PostgreSQL / bare refresh", rates.two);
  against("mints by private_key_jwt, one process / bare refresh", rates.keyed);
  report({
    bench,
    name: "mints, one process / RSA-2048 signatures of one core",
    value: perSecond(rates.one),
    baseline: `${perSecond(oneCore)} signatures (all cores: ${perSecond(allCores)})`,
    ratio: rates.one / oneCore,
  });
}

async function reportLatency(sides: Sides, rates: Rates, maker: AssertionMaker, pace: Pace): Promise<void> {
  progress("latency at half load");
  const measure = async (name: "bare" | "one") => {
    const latenciesMs: number[] = [];
    for (let round = 0; round < pace.rounds; round += 1) {
      prepare(name, maker, pace.sliceMs);
      latenciesMs.push(...(await openLoop(sides[name], rates[name] / 2, pace.sliceMs)).latenciesMs);
    }
    return { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
  };
  const bare = await measure("bare");
  const one = await measure("one");
  for (const share of ["p50", "p99"] as const) {
    report({
      bench,
      name: `mint latency at half load, ${share} / bare refresh at its half load`,
      value: milliseconds(one[share]),
      baseline: milliseconds(bare[share]),
      ratio: one[share] / bare[share],
    });
  }
}

if (import.meta.main) await main(readPace());
