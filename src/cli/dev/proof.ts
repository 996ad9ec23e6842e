// Owns the proof that the product works: a list of named steps over a running demo, each of which passes or
// says why not. `tti dev --check` exits by it.
import { DataAccessor, decodeIdToken, type ExchangeClient, judgeIdToken } from "tti-exchange";
import { systemClock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { type BackEndPlaces, issuersOwn, mintIdToken, openExchange } from "../back_end.ts";
import { type PassageDocument, passageDocument } from "../passages.ts";
import { demoQuery, provingPeople } from "./demo_content.ts";
import type { DevEnvironment } from "./dev_environment.ts";

/** A user's result in the proof. */
export interface ProvenSearch {
  tenantId: string;
  user: string;
  results: PassageDocument[];
}

/** A step that did not pass. */
export class ProofFailed extends Error {
  override readonly name = "ProofFailed";
  readonly code = "check_failed";
  readonly step: string;
  readonly fix: string;

  /**
   * @param step its name
   * @param cause what went wrong; where it knows a fix, that is told
   * @param otherwise the fix, where the cause knows none
   */
  constructor(
    step: string,
    cause: unknown,
    otherwise = "Run it again with --verbose: the provider's log says more.",
  ) {
    const problem = cause instanceof Error ? cause : new Error(String(cause));
    super(`${step}: ${problem.message}`, { cause: problem.cause });
    this.step = step;
    const fix: unknown = Reflect.get(problem, "fix");
    this.fix = typeof fix === "string" ? fix : otherwise;
  }
}

/** What the proof runs on. */
export interface ProofOptions {
  environment: DevEnvironment;
  config: Config;
  /** The account id of a demo user. */
  subjectOf(email: string): Promise<string>;
  /** Hears of each step that passed. */
  onStep(name: string): void;
}

/**
 * Proves the chain: discovery, keys, closed admin port, ID token, exchange, search with rights.
 * @returns what each of the two users found
 * @throws ProofFailed naming the step
 */
export async function proveDemo(options: ProofOptions): Promise<ProvenSearch[]> {
  const { environment, config, subjectOf } = options;
  const places: BackEndPlaces = {
    issuer: environment.issuer,
    audience: config.clientId,
    tenantClaim: config.tenantClaim,
    client: environment.state.cliClient,
    awsEndpoint: environment.sandboxUrl,
    baseCredentials: environment.state.baseCredentials,
  };
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      options.onStep(name);
      return result;
    } catch (error) {
      throw new ProofFailed(name, issuersOwn(error));
    }
  };

  await step("Seeding a second time changes nothing", async () => {
    const changes = await environment.seedAgain();
    if (changes > 0) throw new Error(`it changed ${changes} things`);
  });
  await step("Discovery and keys answer", () => checkDiscovery(environment.issuer));
  await step("The admin port refuses strangers", () => checkAdminClosed(environment.adminUrl));
  await step("The sample application answers", () => checkAnswers(environment.demoUrl));
  const [first] = provingPeople;
  await step(`An ID token for ${first.email} is minted`, async () => {
    const subject = await subjectOf(first.email);
    checkIdToken(await mintIdToken(places, { tenantId: first.tenantId, subject }), places, first);
  });
  const exchange = openExchange(places, subjectOf);
  try {
    const searches: ProvenSearch[] = [];
    for (const { tenantId, email } of provingPeople) {
      const results = await step(`${email} exchanges a token and searches "${demoQuery}"`, () =>
        searchAs(environment, exchange, tenantId, email),
      );
      searches.push({ tenantId, user: email, results });
    }
    await step("The two see different documents", async () => checkDifferent(searches));
    return searches;
  } finally {
    exchange.destroy();
  }
}

async function checkDiscovery(issuer: string): Promise<void> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`the discovery document answers ${response.status}`);
  const discovery = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (discovery.issuer !== issuer) throw new Error(`it names the issuer ${String(discovery.issuer)}`);
  const keys = await fetch(String(discovery.jwks_uri));
  const { keys: list } = (await keys.json()) as { keys?: { d?: unknown }[] };
  if (list === undefined || list.length === 0) throw new Error("the key set is empty");
  if (list.some((key) => key.d !== undefined)) throw new Error("the key set shows a private key");
}

async function checkAdminClosed(adminUrl: string): Promise<void> {
  const response = await fetch(`${adminUrl}/v1/tenants`);
  if (response.status !== 401) throw new Error(`it answers ${response.status} without a token`);
}

async function checkAnswers(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}

function checkIdToken(
  idToken: string,
  places: BackEndPlaces,
  person: { tenantId: string; email: string },
): void {
  const token = decodeIdToken(idToken);
  const { issuer, audience, tenantClaim } = places;
  const nowSeconds = systemClock().getTime() / 1000;
  const verdicts = judgeIdToken({ ...token, expected: { issuer, audience, tenantClaim }, nowSeconds });
  // Advised or not. No auth_time, though: nobody has logged in yet, and a token says what happened (S15).
  const broken = verdicts.find(({ name, kept }) => !kept && name !== "auth_time_missing");
  if (broken !== undefined) throw new Error(broken.why);
  // What the exchange asks of any issuer is that an address is not said to be unproven; this one says that it is proven.
  const wanted = { email: person.email, email_verified: true, [tenantClaim]: person.tenantId };
  for (const [name, value] of Object.entries(wanted)) {
    if (token.claims[name] !== value) {
      throw new Error(
        `its claim ${name} is ${JSON.stringify(token.claims[name])}, not ${JSON.stringify(value)}`,
      );
    }
  }
}

async function searchAs(
  environment: DevEnvironment,
  client: ExchangeClient,
  tenantId: string,
  email: string,
): Promise<PassageDocument[]> {
  const connection = environment.connections[tenantId];
  if (connection === undefined) throw new Error(`the local AWS has no data accessor for ${tenantId}`);
  const accessor = new DataAccessor({ connection, client });
  const results: PassageDocument[] = [];
  for await (const passage of accessor.search({ user: email, queryText: demoQuery, maxResults: 10 })) {
    results.push(passageDocument(passage));
  }
  if (results.length === 0) throw new Error("the search found nothing");
  return results;
}

function checkDifferent(searches: readonly ProvenSearch[]): void {
  const seen = searches.map(({ results }) => new Set(results.map(({ documentId }) => documentId)));
  const [first = new Set(), second = new Set()] = seen;
  const onlyFirst = [...first].filter((id) => !second.has(id));
  const onlySecond = [...second].filter((id) => !first.has(id));
  if (onlyFirst.length > 0 && onlySecond.length > 0) return;
  throw new Error("both see the same documents, though their rights differ");
}
