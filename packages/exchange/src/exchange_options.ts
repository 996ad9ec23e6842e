// Everything an exchange client can be told, with its defaults, and the check of it.

import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { AwsClientOptions } from "./aws/aws_clients.ts";
import type { Clock } from "./clock.ts";
import { ExchangeSettingsError } from "./errors.ts";
import type { ExchangeEventListener } from "./exchange_events.ts";
import type { IdTokenSource, TrustedTokenIssuer } from "./id_token/id_token_intake.ts";
import type { LimiterOptions } from "./instance_limiter.ts";
import type { RefreshTokenStore } from "./refresh_token_store.ts";

export interface ExchangeClientOptions {
  /** The issuer registered with AWS. Needed for connections of method `tti`. */
  readonly trustedTokenIssuer?: TrustedTokenIssuer;
  /** Returns a fresh ID token for a user. Needed for connections of method `tti`. */
  readonly idTokenSource?: IdTokenSource;
  /** The ISV's own credentials for AssumeRole. Absent: the SDK's default chain. */
  readonly baseCredentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** Default: the connection's Identity Center region. */
  readonly stsRegion?: string;
  /** Lifetime asked for in step 3, 900–43200 s; at most 3600 when the base credentials are a session. Default 3600. */
  readonly durationSeconds?: number;
  /** Names the session in CloudTrail; sanitised afterwards. Default: the user. */
  readonly sessionName?: (user: string) => string;
  /** How long a call may take, exchange included. Default 30. */
  readonly deadlineSeconds?: number;
  /** How long one attempt of one AWS call may take, and one call of a function or store given here. Default 10. */
  readonly attemptTimeoutSeconds?: number;
  /** Exchanges tried for one call, each with its own ID token. Default 3. */
  readonly maxExchangeAttempts?: number;
  readonly cache?: {
    /** Credentials kept, one per user and connection. Default 10000. */
    readonly maxEntries?: number;
    /** Renewed in the background from this long before expiry. Default 300, what AWS SDK clients use too. */
    readonly refreshAheadSeconds?: number;
  };
  readonly limiter?: LimiterOptions;
  /** Where Identity Center's refresh tokens rest; `false` never uses them. Default: in memory. */
  readonly refreshTokens?: RefreshTokenStore | false;
  /** Hears every step; the diagnostics channel `tti-provider:exchange` carries the same. */
  readonly onEvent?: ExchangeEventListener;
  /** Extra settings for the AWS SDK clients: endpoint, proxy, FIPS. */
  readonly awsClientOptions?: AwsClientOptions;
  readonly clock?: Clock;
}

/** @throws ExchangeSettingsError `options_invalid`, naming every option that is wrong */
export function assertExchangeOptions(options: ExchangeClientOptions): void {
  const faults: string[] = [];
  const within = (name: string, value: number | undefined, min: number, max: number, unit: string) => {
    if (value === undefined || (Number.isFinite(value) && value >= min && value <= max)) return;
    faults.push(`${name} is ${value}, expected ${min} to ${max} ${unit}`);
  };
  within("durationSeconds", options.durationSeconds, 900, 43_200, "seconds");
  within("deadlineSeconds", options.deadlineSeconds, 0.05, 3600, "seconds");
  within("attemptTimeoutSeconds", options.attemptTimeoutSeconds, 0.05, 3600, "seconds");
  within("maxExchangeAttempts", options.maxExchangeAttempts, 1, 10, "attempts");
  within("cache.maxEntries", options.cache?.maxEntries, 1, 10_000_000, "entries");
  within("cache.refreshAheadSeconds", options.cache?.refreshAheadSeconds, 0, 3600, "seconds");
  within("limiter.share", options.limiter?.share, 0.001, 1, "(a fraction of the quota)");
  within("limiter.exchangesPerSecond", options.limiter?.exchangesPerSecond, 0.1, 10_000, "per second");
  if (faults.length === 0) return;
  throw new ExchangeSettingsError({
    code: "options_invalid",
    step: "settings",
    message: `The exchange client's options have faults: ${faults.join("; ")}.`,
    fix: "Correct the named options.",
  });
}
