// Owns one signed-in visitor: the tokens, the AWS credentials made from them, and the last search. One at a time:
// a visitor's searches queue, so that no two of them present one ID token. To present one again is a wish of its own.
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { AwsCredentialIdentity } from "@aws-sdk/types";
import { DataAccessor, type DataAccessorOptions, type SearchConnection } from "tti-exchange";
import type { Clock } from "../clock.ts";
import type { DemoDocument, DemoError, DemoSearch, DemoStep } from "../views/demo_pages.ts";
import { describeFailure } from "./failure_view.ts";
import { findDocuments, handedOver } from "./find_documents.ts";
import { type RelyingParty, SignInAgainError, type Tokens } from "./relying_party.ts";
import { StepRecorder } from "./step_recorder.ts";

/** What every visitor's searches share. */
export interface SearchSettings {
  issuer: string;
  clientId: string;
  tenantClaim: string;
  /** What a tenant has handed over; asked at each search, because a customer comes and goes. */
  connectionOf(tenantId: string): Promise<SearchConnection | undefined>;
  awsEndpointUrl?: string | undefined;
  baseCredentials?: AwsCredentialIdentity | undefined;
}

/** Seconds a token must still live to be worth presenting. */
const minRemainingSeconds = 10;

/** Where the current ID token came from. */
export type TokenOrigin = "sign-in" | "refresh";

export class Visitor {
  readonly csrfToken = randomBytes(16).toString("base64url");
  readonly #settings: SearchSettings;
  readonly #party: RelyingParty;
  readonly #clock: Clock;
  #tokens: Tokens;
  #origin: TokenOrigin = "sign-in";
  #presented = false;
  #accessor: { accessor: DataAccessor; connection: SearchConnection } | undefined;
  #recorder: StepRecorder;
  #exchangeSteps: readonly DemoStep[] | undefined;
  #lastSearch: DemoSearch | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: { settings: SearchSettings; party: RelyingParty; clock: Clock; tokens: Tokens }) {
    this.#settings = parts.settings;
    this.#party = parts.party;
    this.#clock = parts.clock;
    this.#tokens = parts.tokens;
    this.#recorder = this.#newRecorder(undefined);
  }

  get claims(): Readonly<Record<string, unknown>> {
    return this.#tokens.claims;
  }

  get idToken(): string {
    return this.#tokens.idToken;
  }

  get origin(): TokenOrigin {
    return this.#origin;
  }

  /** Whether the current ID token was presented to AWS. */
  get presented(): boolean {
    return this.#presented;
  }

  /** Seconds until the current ID token ends; negative afterwards. */
  get secondsLeft(): number {
    const exp = this.#tokens.claims["exp"];
    return typeof exp === "number" ? Math.floor(exp - this.#clock().getTime() / 1000) : 0;
  }

  get tenantId(): string {
    const tenant = this.#tokens.claims[this.#settings.tenantClaim];
    return typeof tenant === "string" ? tenant : "";
  }

  get lastSearch(): DemoSearch | undefined {
    return this.#lastSearch;
  }

  /**
   * Searches as the visitor and keeps the outcome, failures included, in {@link lastSearch}.
   * @throws SignInAgainError if there is no ID token to exchange and none can be had without the user
   */
  search(query: string): Promise<void> {
    return this.#next(async () => {
      const connection = await this.#settings.connectionOf(this.tenantId);
      this.#recorder = this.#newRecorder(connection);
      const search = await this.#run(query, this.#recorder, () => this.#ownAccessor(connection));
      const steps = search.steps;
      // Remembered for the next search, which will find the credentials in the cache.
      if (steps[2]?.state === "done") this.#exchangeSteps = steps.slice(0, 3);
      this.#lastSearch = search;
    });
  }

  /**
   * Presents a token a second time, as a second back end that got hold of the same one would, and keeps AWS's answer.
   * The exchange library refuses to do so itself, so another instance of it is asked.
   * @throws SignInAgainError as in {@link search}
   */
  replay(query: string): Promise<void> {
    return this.#next(async () => {
      const connection = await this.#settings.connectionOf(this.tenantId);
      if (!this.#presented || this.secondsLeft < minRemainingSeconds) {
        await this.#runOnce(query, connection, () => this.#freshToken());
      }
      const search = await this.#runOnce(query, connection, async () => this.#tokens.idToken);
      this.#lastSearch = { ...search, replay: connection !== undefined };
    });
  }

  /** Ends what the visitor holds. */
  end(): void {
    this.#forget();
  }

  /** A search with credentials of its own, which are not kept. */
  async #runOnce(
    query: string,
    connection: SearchConnection | undefined,
    idTokenSource: () => Promise<string>,
  ): Promise<DemoSearch> {
    const recorder = this.#newRecorder(connection);
    let accessor: DataAccessor | undefined;
    const open = () => {
      const place = handedOver(connection, this.tenantId);
      accessor = this.#newAccessor(place, idTokenSource, () => recorder);
      return accessor;
    };
    try {
      return await this.#run(query, recorder, open);
    } finally {
      accessor?.destroy();
    }
  }

  async #run(query: string, recorder: StepRecorder, accessor: () => DataAccessor): Promise<DemoSearch> {
    const started = performance.now();
    let documents: DemoDocument[] = [];
    let error: DemoError | undefined;
    try {
      documents = await findDocuments(accessor(), this.#subject, query);
    } catch (cause) {
      const told = signInAgain(cause);
      if (told !== undefined) throw told;
      error = describeFailure(cause, recorder.failure);
    }
    return {
      query,
      documents,
      steps: recorder.steps(this.#exchangeSteps),
      error,
      replay: false,
      totalMs: Math.max(1, Math.round(performance.now() - started)),
    };
  }

  get #subject(): string {
    return String(this.#tokens.claims["sub"]);
  }

  /** An ID token that was not presented yet: the one at hand, or a new one by the refresh grant. */
  async #freshToken(): Promise<string> {
    if (this.#presented || this.secondsLeft < minRemainingSeconds) {
      this.#tokens = await this.#party.refresh(this.#tokens);
      this.#origin = "refresh";
    }
    this.#presented = true;
    return this.#tokens.idToken;
  }

  /** The accessor that keeps this visitor's credentials between searches, as long as they are for the same place. */
  #ownAccessor(connection: SearchConnection | undefined): DataAccessor {
    if (this.#accessor !== undefined && !isDeepStrictEqual(this.#accessor.connection, connection)) {
      this.#forget();
    }
    const place = handedOver(connection, this.tenantId);
    this.#accessor ??= {
      connection: place,
      accessor: this.#newAccessor(
        place,
        () => this.#freshToken(),
        () => this.#recorder,
      ),
    };
    return this.#accessor.accessor;
  }

  #forget(): void {
    this.#accessor?.accessor.destroy();
    this.#accessor = undefined;
    this.#exchangeSteps = undefined;
  }

  #newAccessor(
    connection: SearchConnection,
    idTokenSource: () => Promise<string>,
    current: () => StepRecorder,
  ): DataAccessor {
    const { issuer, clientId, tenantClaim, awsEndpointUrl, baseCredentials } = this.#settings;
    const client = awsEndpointUrl === undefined ? {} : { endpoint: awsEndpointUrl };
    const options: DataAccessorOptions = {
      connection,
      trustedTokenIssuer: { issuer, audience: clientId, tenantClaim },
      idTokenSource: async () => {
        const idToken = await idTokenSource();
        current().presenting(idToken);
        return idToken;
      },
      ...(baseCredentials === undefined ? {} : { baseCredentials }),
      awsClientOptions: { sts: client, ssoOidc: client, qbusiness: client },
      onAwsCall: (call) => current().hear(call),
      // CloudTrail shows the customer who it was.
      sessionName: (user) => {
        const email = this.#tokens.claims["email"];
        return typeof email === "string" ? email : user;
      },
      onEvent: (event) => current().onEvent(event),
      clock: this.#clock,
      // The page shows ID tokens being exchanged, so Identity Center's own refresh tokens stay out of it.
      refreshTokens: false,
      maxExchangeAttempts: 1,
      deadlineSeconds: 15,
      attemptTimeoutSeconds: 5,
    };
    return new DataAccessor(options);
  }

  #newRecorder(connection: SearchConnection | undefined): StepRecorder {
    return new StepRecorder({
      idcRegion: connection?.idcRegion ?? "",
      qRegion: connection?.qRegion ?? "",
      baseAccessKeyId: this.#settings.baseCredentials?.accessKeyId,
      sandboxUrl: this.#settings.awsEndpointUrl,
    });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** The library wraps what a token source throws; this finds our own error again. */
function signInAgain(error: unknown): SignInAgainError | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SignInAgainError) return cause;
    if (cause.name === "SignInAgainError") return new SignInAgainError(cause.message);
  }
  return undefined;
}
