// Everything an exchange client can be told, with its defaults, and the check of it.

import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { AwsCallListener, AwsClientOptions } from "./aws/aws_clients.ts";
import type { RequestHandler } from "./aws/request_handler.ts";
import type { Clock } from "./clock.ts";
import { ExchangeSettingsError } from "./errors.ts";
import type { ExchangeEventListener, ExchangeLogger } from "./exchange_events.ts";
import { otherFixes } from "./failures/other_fixes.ts";
import type { IdTokenSource, TrustedTokenIssuer } from "./id_token/id_token_intake.ts";
import type { LimiterOptions } from "./instance_limiter.ts";
import { unknownNames } from "./known_names.ts";
import type { RefreshTokenStore } from "./refresh_token_store.ts";

/** Everything an exchange client can be told. */
export interface ExchangeClientOptions {
  /** The issuer registered with AWS. Needed for connections of method `tti`. */
  readonly trustedTokenIssuer?: TrustedTokenIssuer | undefined;
  /** Returns a fresh ID token for a user. Needed for connections of method `tti`. */
  readonly idTokenSource?: IdTokenSource | undefined;
  /** The ISV's own credentials for AssumeRole. Absent: the SDK's default chain. */
  readonly baseCredentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
  /** Default: the connection's Identity Center region. */
  readonly stsRegion?: string | undefined;
  /** Lifetime asked for in step 3, 900–43200 s; at most 3600 when the base credentials are a session. Default 3600. */
  readonly durationSeconds?: number | undefined;
  /** Names the session in CloudTrail; sanitised afterwards. Default: the user. */
  readonly sessionName?: ((user: string) => string) | undefined;
  /** How long a call may take, exchange included. Default 30. */
  readonly deadlineSeconds?: number | undefined;
  /** How long one attempt of one AWS call may take, and one call of a function or store given here. Default 10. */
  readonly attemptTimeoutSeconds?: number | undefined;
  /** Exchanges tried for one call, each with its own ID token. Default 3. */
  readonly maxExchangeAttempts?: number | undefined;
  /** How many users' credentials are kept, and when they are renewed: `{ maxEntries, refreshAheadSeconds }`. */
  readonly cache?:
    | {
        /** Credentials kept, one per user and connection. Default 10000. */
        readonly maxEntries?: number | undefined;
        /** Renewed in the background from this long before expiry. Default 300, what AWS SDK clients use too. */
        readonly refreshAheadSeconds?: number | undefined;
      }
    | undefined;
  /** How much of the Identity Center's quota this process may use. Default: all of it. */
  readonly limiter?: LimiterOptions | undefined;
  /** Where Identity Center's refresh tokens rest; `false` never uses them. Default: in memory. */
  readonly refreshTokens?: RefreshTokenStore | false | undefined;
  /** Hears every step; the diagnostics channel `tti-provider:exchange` carries the same. */
  readonly onEvent?: ExchangeEventListener | undefined;
  /** Is told each step in one line: `debug`, or `warn` where it failed. `console`, pino and the SDK's kind fit. */
  readonly logger?: ExchangeLogger | undefined;
  /**
   * Is told what went into each call to AWS and what came out, session tokens too: for a page that teaches, or a test.
   * Never log it.
   */
  readonly onAwsCall?: AwsCallListener | undefined;
  /**
   * How every request to AWS travels: a handler of the SDK or its options (agents, proxy, sockets, timeouts). One that is
   * given stays yours to close. Q Business then speaks what the handler speaks, HTTP/1.1 with options.
   */
  readonly requestHandler?: RequestHandler | undefined;
  /** Extra settings for the AWS SDK clients: endpoint, FIPS. */
  readonly awsClientOptions?: AwsClientOptions | undefined;
  /** Tells the time of day; for tests. */
  readonly clock?: Clock | undefined;
}

/** Every option by its name, with what its value must be; the words follow "expected". */
const optionTypes: Readonly<
  Record<keyof ExchangeClientOptions, readonly [(value: unknown) => boolean, string]>
> = {
  trustedTokenIssuer: [isObject, "{ issuer, audience }"],
  idTokenSource: [isFunction, "a function that returns a fresh ID token, for example fromTtiProvider(...)"],
  baseCredentials: [(value) => isFunction(value) || isObject(value), "credentials or a provider of them"],
  stsRegion: [isText, "the name of a region"],
  durationSeconds: [within(900, 43_200), "900 to 43200 seconds"],
  sessionName: [isFunction, "a function of the user"],
  deadlineSeconds: [within(0.05, 3600), "0.05 to 3600 seconds"],
  attemptTimeoutSeconds: [within(0.05, 3600), "0.05 to 3600 seconds"],
  maxExchangeAttempts: [within(1, 10), "1 to 10 attempts"],
  cache: [isObject, "{ maxEntries, refreshAheadSeconds }"],
  limiter: [isObject, "{ share, exchangesPerSecond }"],
  refreshTokens: [isStore, "false or an object with load, save and delete"],
  onEvent: [isFunction, "a function of the event"],
  logger: [isLogger, "an object with debug and warn, for example console"],
  onAwsCall: [isFunction, "a function of the call"],
  requestHandler: [isObject, "a request handler of the AWS SDK, or its options"],
  awsClientOptions: [isObject, "{ sts, ssoOidc, qbusiness }"],
  clock: [isFunction, "a function that returns a Date"],
};

const innerTypes: Readonly<
  Record<string, Readonly<Record<string, readonly [(value: unknown) => boolean, string]>>>
> = {
  cache: {
    maxEntries: [within(1, 10_000_000), "1 to 10000000 entries"],
    refreshAheadSeconds: [within(0, 3600), "0 to 3600 seconds"],
  },
  limiter: {
    share: [within(0.001, 1), "0.001 to 1 (a fraction of the quota)"],
    exchangesPerSecond: [within(0.1, 10_000), "0.1 to 10000 per second"],
  },
  awsClientOptions: {
    sts: [
      isClientOptions,
      "options of the STS client, without requestHandler and logger: those are set for all",
    ],
    ssoOidc: [isClientOptions, "options of the SSO OIDC client, without requestHandler and logger"],
    qbusiness: [isClientOptions, "options of the Q Business client, without requestHandler and logger"],
  },
  trustedTokenIssuer: {
    issuer: [isUrl, "the issuer's URL, as registered with AWS"],
    audience: [isText, "the client id registered with AWS"],
    tenantClaim: [
      (value) => isText(value) || isFunction(value),
      "the name of a claim, or a function of the claims",
    ],
    mappedClaim: [isText, "the name of a claim"],
    userClaims: [(value) => Array.isArray(value) && value.every(isText), "a list of names of claims"],
    requireJti: [isTruth, "true or false"],
    clockToleranceSeconds: [within(0, 300), "0 to 300 seconds"],
    minRemainingSeconds: [within(0, 300), "0 to 300 seconds"],
    maxTokenBytes: [within(256, 1_000_000), "256 to 1000000 bytes"],
    jwksUri: [isUrl, "the key set's URL"],
    dangerouslySkipSignatureVerification: [isTruth, "true or false"],
  },
};

const required: Readonly<Record<string, readonly string[]>> = { trustedTokenIssuer: ["issuer", "audience"] };

/**
 * Checks options from outside, where no compiler has.
 *
 * @throws ExchangeSettingsError `options_invalid`, naming every option that is wrong or does not exist
 */
export function assertExchangeOptions(options: ExchangeClientOptions): void {
  const faults = faultsOf({ ...options }, optionTypes, "");
  for (const [group, types] of Object.entries(innerTypes)) {
    const value: unknown = Reflect.get(options, group);
    if (isObject(value)) faults.push(...faultsOf({ ...value }, types, `${group}.`, required[group]));
  }
  if (faults.length === 0) return;
  throw new ExchangeSettingsError({
    code: "options_invalid",
    step: "settings",
    message: `The exchange client's options have faults: ${faults.join("; ")}.`,
    fix: otherFixes.options_invalid,
  });
}

function faultsOf(
  value: Readonly<Record<string, unknown>>,
  types: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>>,
  where: string,
  needed: readonly string[] = [],
): string[] {
  const faults = unknownNames(value, Object.keys(types), where);
  for (const [name, [fits, expected]] of Object.entries(types)) {
    const given = value[name];
    if (given === undefined ? !needed.includes(name) : fits(given)) continue;
    faults.push(`${where}${name} is ${shown(given)}, expected ${expected}`);
  }
  return faults;
}

/** Never a value that may be a secret: kinds, and numbers. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === "") return "empty";
  return typeof value === "string" ? "a text" : `a value of type ${typeof value}`;
}

function within(min: number, max: number): (value: unknown) => boolean {
  return (value) => typeof value === "number" && value >= min && value <= max;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isTruth(value: unknown): boolean {
  return typeof value === "boolean";
}

function isUrl(value: unknown): boolean {
  return typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value);
}

function isStore(value: unknown): boolean {
  if (value === false) return true;
  return isObject(value) && ["load", "save", "delete"].every((name) => isFunction(Reflect.get(value, name)));
}

/** The SDK's own logger would be told session tokens; a handler of one service would be a second seam. */
function isClientOptions(value: unknown): boolean {
  return isObject(value) && !("requestHandler" in value) && !("logger" in value);
}

function isLogger(value: unknown): boolean {
  return isObject(value) && ["debug", "warn"].every((name) => isFunction(Reflect.get(value, name)));
}
