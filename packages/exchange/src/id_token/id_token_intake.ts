// Where ID tokens come in: asks the source, then lets through only a token that AWS would take, that belongs to the
// tenant and user asked for, and that was never presented. Everything here happens before the first AWS call.
import { inspect } from "node:util";
import type { Clock } from "../clock.ts";
import type { Connection } from "../connection.ts";
import type { Deadline } from "../deadline.ts";
import { ExchangeError, ExchangeSettingsError, IdTokenError } from "../errors.ts";
import { otherFixes } from "../failures/other_fixes.ts";
import { messageOf, redact } from "../failures/redaction.ts";
import type { CheckedIdToken } from "./checked_id_token.ts";
import { decodeIdToken, type IdTokenExpectations, summariseToken } from "./id_token.ts";
import { assertRulesKept } from "./id_token_rules.ts";
import { IssuerKeys } from "./issuer_keys.ts";
import type { PresentedTokens } from "./presented_tokens.ts";
import { assertTokenIsFor } from "./tenant_lock.ts";

/** What a token source is asked for. */
export interface IdTokenRequest {
  readonly tenantId: string;
  readonly user: string;
  /** Counts up when an exchange had to be repeated with a fresh token. */
  readonly attempt: number;
  /** Aborts when the source has had its time, or the exchange its own. */
  readonly signal: AbortSignal;
}

/** Returns a fresh ID token for the user, never one it has returned before. */
export type IdTokenSource = (request: IdTokenRequest) => Promise<string>;

/** The issuer registered with AWS, and how its tokens are verified here. */
export interface TrustedTokenIssuer extends IdTokenExpectations {
  /** The key set's address; absent, it is discovered from the issuer. */
  readonly jwksUri?: string | undefined;
  /**
   * Accepts tokens without verifying their signature. Only for a source that is itself trusted and an issuer this
   * machine cannot reach: the tenant lock then rests on the source alone.
   */
  readonly dangerouslySkipSignatureVerification?: boolean | undefined;
}

export interface IdTokenIntakeOptions {
  readonly source: IdTokenSource | undefined;
  readonly issuer: TrustedTokenIssuer | undefined;
  readonly clock: Clock;
  readonly presentedTokens: PresentedTokens;
  /** Seconds the source may take. */
  readonly callSeconds: number;
}

export class IdTokenIntake {
  readonly #options: IdTokenIntakeOptions;
  readonly #keys: IssuerKeys | undefined;

  constructor(options: IdTokenIntakeOptions) {
    this.#options = options;
    const { issuer } = options;
    if (issuer !== undefined && issuer.dangerouslySkipSignatureVerification !== true) {
      const { issuer: url, jwksUri } = issuer;
      this.#keys = new IssuerKeys({ issuer: url, jwksUri, clock: options.clock });
    }
  }

  /**
   * @throws IdTokenError with the rule the token broke, or `id_token_source_failed`
   * @throws ExchangeSettingsError if no source or issuer is configured
   */
  async take(
    request: { readonly connection: Connection; readonly user: string; readonly attempt: number },
    deadline: Deadline,
  ): Promise<CheckedIdToken> {
    const { source, issuer, clock, presentedTokens, callSeconds } = this.#options;
    if (source === undefined || issuer === undefined) throw notConfigured(source === undefined);
    const asked = { tenantId: request.connection.tenantId, user: request.user };
    deadline.at("id-token", "the token source");
    const compact = await deadline.limit(
      callSeconds,
      () => sourceTooSlow(callSeconds),
      (signal) => askSource(source, { ...asked, attempt: request.attempt, signal }),
    );
    deadline.at("id-token", "the issuer's keys");
    const token = decodeIdToken(compact, issuer.maxTokenBytes);
    const judged = { ...token, expected: issuer, nowSeconds: clock().getTime() / 1000 };
    assertRulesKept(judged, "content");
    if (this.#keys !== undefined) await deadline.race(this.#keys.verify(token, asked));
    // Times after the signature: only now is it the issuer who says them, and its clock was seen.
    assertRulesKept({ ...judged, issuerAheadSeconds: this.#keys?.issuerAheadSeconds }, "time");
    assertRulesKept(judged, "tenant");
    const tenantId = assertTokenIsFor(token, asked, issuer);
    presentedTokens.assertUnseen(token);
    return { token, tenantId, summary: summariseToken(token) };
  }
}

async function askSource(source: IdTokenSource, request: IdTokenRequest): Promise<unknown> {
  try {
    return await source(request);
  } catch (error) {
    if (error instanceof ExchangeError || request.signal.aborted) throw error;
    const told = redact(messageOf(error)) || "it threw without a message";
    throw new IdTokenError({
      code: "id_token_source_failed",
      step: "id-token",
      message: `The token source failed: ${told}`,
      fix: otherFixes.id_token_source_failed,
      retryable: true,
      cause: safeCause(error, told),
    });
  }
}

function sourceTooSlow(seconds: number): IdTokenError {
  return new IdTokenError({
    code: "id_token_source_timeout",
    step: "id-token",
    message: `The token source gave no ID token within ${seconds} seconds.`,
    fix: otherFixes.id_token_source_timeout,
    retryable: true,
  });
}

/**
 * The source's own error, which its author will look for, unless it holds anything like a token: HTTP clients keep
 * requests and responses in their errors. Then a copy without it.
 */
function safeCause(error: unknown, told: string): unknown {
  const everything = inspect(error, { depth: 6, maxStringLength: null });
  if (redact(everything) === everything) return error;
  const cause = new Error(told);
  if (error instanceof Error) cause.name = error.name;
  delete cause.stack;
  return cause;
}

function notConfigured(sourceMissing: boolean): ExchangeSettingsError {
  const setting = sourceMissing ? "idTokenSource" : "trustedTokenIssuer";
  return new ExchangeSettingsError({
    code: `${sourceMissing ? "id_token_source" : "trusted_token_issuer"}_missing`,
    step: "settings",
    message: `The connection uses a trusted token issuer, but ${setting} is not set.`,
    fix: sourceMissing ? otherFixes.id_token_source_missing : otherFixes.trusted_token_issuer_missing,
  });
}
