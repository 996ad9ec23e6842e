// Owns the metrics of what people, applications and back ends do here: sign-ins, tokens, searches, refusals, attacks.
import { errorCatalogue } from "../errors.ts";
import { grantTypes } from "../grants_and_scopes.ts";
import type { MetricEntry } from "./metric_entry.ts";
import { attacks, throttles } from "./throttle_kinds.ts";

const keysOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(table) as Name[];

// RFC 6749 sections 4.1.2.1 and 5.2, RFC 8628 section 3.5, RFC 8707: what the library refuses by itself.
const oauthCodes = [
  ...["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"],
  ...["invalid_scope", "invalid_target", "access_denied", "expired_token", "slow_down", "server_error"],
];

const { authorizationCode, deviceCode, refreshToken, clientCredentials } = grantTypes;
// As the trail names them: the last part of a name.
const issuingGrants = [authorizationCode, deviceCode, refreshToken, clientCredentials].map(
  (grant) => grant.split(":").at(-1) ?? grant,
);

/** The codes of refusals: ours, OAuth's, and `other`. */
export const refusalCodes: readonly string[] = [
  ...new Set([...Object.keys(errorCatalogue), ...oauthCodes, "other"]),
];

// As tti-exchange names them, in the order the flow runs.
const exchangeSteps = [
  ...["credentials", "id-token", "assume-role-with-tag", "create-token-with-iam"],
  ...["assume-role-with-context", "search-relevant-content", "other"],
];

/** What is done here, and what is refused. */
export const metricsOfActs = {
  tti_sign_ins_total: {
    type: "counter",
    help: "Sign-ins by what came of them, and by how the person proved who they are: continued is one that a standing session let in.",
    labels: {
      outcome: ["succeeded", "continued", "refused"],
      method: ["password", "passkey", "handoff", "session", "other"],
    },
    of: "instance",
    fromZero: true,
  },
  tti_second_steps_total: {
    type: "counter",
    help: "Second factors that were shown after a right password, by what came of them.",
    labels: { outcome: ["succeeded", "refused"], method: ["totp", "recovery_code", "passkey", "other"] },
    of: "instance",
    fromZero: true,
  },
  tti_refusals_total: {
    type: "counter",
    help: "Refusals by where and by the code of docs/errors.md, or OAuth's; other is what the library says in words.",
    labels: { at: ["sign_in", "token", "client", "administration"], code: refusalCodes },
    of: "instance",
  },
  tti_tokens_issued_total: {
    type: "counter",
    help: "ID tokens and access tokens that applications got, by grant; those of client credentials are access tokens for an API of yours.",
    labels: {
      grant: [...issuingGrants, "other"],
    },
    of: "instance",
    fromZero: true,
  },
  tti_tokens_minted_total: {
    type: "counter",
    help: "ID tokens that back ends got for people they named, by how they named them.",
    labels: { by: ["assertion", "access_token", "refresh_token", "search", "trial", "other"] },
    of: "instance",
    fromZero: true,
  },
  tti_exchange_steps_total: {
    type: "counter",
    help: "Steps of exchanges with AWS and of the search after them, by what came of them; credentials is the whole of an exchange as a search waited for it, kept credentials too.",
    labels: { step: exchangeSteps, outcome: ["ok", "error"] },
    of: "instance",
    fromZero: true,
  },
  tti_exchange_step_duration_seconds: {
    type: "histogram",
    help: "How long the steps of exchanges and searches took.",
    unit: "seconds",
    labels: { step: exchangeSteps },
    of: "instance",
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  tti_search_pages_total: {
    type: "counter",
    help: "Pages of searches that back ends asked for, by what came of them: refused by AWS is told with the step of the exchange or search that failed.",
    labels: {
      outcome: ["answered", "refused"],
      step: [
        ...["none", "settings", "id-token", "assume-role-with-tag", "create-token-with-iam"],
        ...["assume-role-with-context", "search-relevant-content", "authorize", "other"],
      ],
    },
    of: "instance",
    fromZero: true,
  },
  tti_token_reuses_total: {
    type: "counter",
    help: "Codes and refresh tokens that came a second time; what the first use gave was ended.",
    labels: { kind: ["code", "refresh_token"] },
    of: "instance",
    fromZero: true,
  },
  tti_throttled_total: {
    type: "counter",
    help: "Requests that came beyond a rate, by what the rate counts.",
    labels: { kind: keysOf(throttles) },
    of: "instance",
    fromZero: true,
  },
  tti_attacks_total: {
    type: "counter",
    help: "Attacks that this instance told of, by kind: each once in ten minutes while it goes on, by one of all instances.",
    labels: { kind: keysOf(attacks) },
    of: "instance",
    fromZero: true,
  },
  tti_attacks_open: {
    type: "gauge",
    help: "Attacks that were told of in the last ten minutes, by kind.",
    labels: { kind: keysOf(attacks) },
    of: "store",
  },
} as const satisfies Record<string, MetricEntry>;
