// Owns the durations that govern key rotation, their defaults, and the rules they must keep among themselves.
import { OperationError } from "../../errors.ts";

/** How signing keys follow one another. Every instance on one database should use the same. */
export interface KeyPolicy {
  /** How long a key is published, at least, before it may sign. */
  publishLeadSeconds: number;
  /** How long a key signs before its successor takes over. */
  signingPeriodSeconds: number;
  /** The longest life of any token these keys sign. */
  longestTokenSeconds: number;
  /** How long a key stays published after it stopped signing. */
  retentionSeconds: number;
  /** `max-age` of the JWKS: how long a verifier that honours it may keep a copy. */
  jwksMaxAgeSeconds: number;
  /** How often an instance reads the keys. */
  pollIntervalSeconds: number;
  /** How far the clocks of two instances may lie apart. */
  clockSkewSeconds: number;
}

const daySeconds = 24 * 60 * 60;

/**
 * The key policy for an installation.
 * @param settings the longest token lifetime, and whatever departs from the defaults: publish lead 24 h (the
 *   cache time of AWS is not published; 24 h is the lead its guidance calls safe), signing period 90 days,
 *   retention longest token + 24 h, JWKS max-age 300 s, poll 5 s, clock skew 30 s
 * @throws OperationError `invalid_config` naming the duration that breaks a rule, and the rule
 */
export function keyPolicy(
  settings: Partial<KeyPolicy> & Pick<KeyPolicy, "longestTokenSeconds">,
): Readonly<KeyPolicy> {
  const policy: KeyPolicy = {
    publishLeadSeconds: daySeconds,
    signingPeriodSeconds: 90 * daySeconds,
    retentionSeconds: settings.longestTokenSeconds + daySeconds,
    jwksMaxAgeSeconds: 300,
    pollIntervalSeconds: 5,
    clockSkewSeconds: 30,
    ...settings,
  };
  assertKeyPolicy(policy);
  return Object.freeze(policy);
}

// oidc-provider signs logout tokens for two minutes; access tokens are opaque.
const logoutTokenSeconds = 120;

/** The settings the key policy follows from. */
export interface KeySettings {
  idTokenTtlSeconds: number;
  keyPublishLeadSeconds: number;
  keySigningPeriodSeconds: number;
}

/**
 * The key policy that follows from the settings, the same for servers and commands.
 * @throws OperationError `invalid_config` when they contradict one another
 */
export function keyPolicyOf(settings: KeySettings): Readonly<KeyPolicy> {
  return keyPolicy({
    longestTokenSeconds: Math.max(settings.idTokenTtlSeconds, logoutTokenSeconds),
    publishLeadSeconds: settings.keyPublishLeadSeconds,
    signingPeriodSeconds: settings.keySigningPeriodSeconds,
  });
}

/**
 * Checks that no verifier and no instance can be overtaken by a rotation.
 * @throws OperationError `invalid_config`
 */
function assertKeyPolicy(policy: KeyPolicy): void {
  for (const [field, value] of Object.entries(policy)) {
    if (!Number.isFinite(value) || value <= 0) refuse(field, "must be a positive number of seconds");
  }
  const { jwksMaxAgeSeconds, pollIntervalSeconds, clockSkewSeconds } = policy;
  const propagationSeconds = jwksMaxAgeSeconds + pollIntervalSeconds + clockSkewSeconds;
  if (policy.publishLeadSeconds < propagationSeconds) {
    refuse(
      "publishLeadSeconds",
      `must be at least ${propagationSeconds} (JWKS max-age + poll interval + clock skew), ` +
        "or verifiers meet signatures of keys they have not seen",
    );
  }
  if (policy.signingPeriodSeconds < policy.publishLeadSeconds) {
    refuse("signingPeriodSeconds", "must not be shorter than publishLeadSeconds");
  }
  const shortestRetention = policy.longestTokenSeconds + propagationSeconds;
  if (policy.retentionSeconds < shortestRetention) {
    refuse(
      "retentionSeconds",
      `must be at least ${shortestRetention} (longest token + JWKS max-age + poll interval + clock skew), ` +
        "or a token outlives the key that verifies it",
    );
  }
}

/**
 * How long an instance may go without reading the keys before what it publishes can be out of date: a key
 * created right after its last read signs one publish lead later, and a verifier may hold what this instance
 * served for the JWKS max-age.
 */
export function longestBlindSeconds(policy: KeyPolicy): number {
  return policy.publishLeadSeconds - policy.jwksMaxAgeSeconds - policy.clockSkewSeconds;
}

// The settings people know these durations by.
const settingNames: Readonly<Record<string, string>> = {
  publishLeadSeconds: "TTI_KEY_PUBLISH_LEAD",
  signingPeriodSeconds: "TTI_KEY_SIGNING_PERIOD",
};

function refuse(field: string, rule: string): never {
  const name = Object.hasOwn(settingNames, field) ? `${settingNames[field]} (${field})` : field;
  throw new OperationError("invalid_config", `Key policy: ${name} ${rule}.`, { field });
}
