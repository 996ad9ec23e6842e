// Owns the table of metrics, as data: each by name, with what it says, its unit and the values its labels may have. Whatever is
// measured is an entry of it; docs/metrics.md is written from it. A label takes values of a closed list and no other, so that
// nobody who signs in, asks or guesses makes a series: no tenant, person, address or client is ever one.
import { errorCatalogue } from "../errors.ts";
import { grantTypes } from "../grants_and_scopes.ts";
import { attacks, throttles } from "./throttle_kinds.ts";

/** One metric. Names follow Prometheus: the unit at the end, `_total` behind what only grows. */
export interface MetricEntry {
  type: "counter" | "gauge" | "histogram";
  help: string;
  unit?: "seconds" | "bytes";
  /** Label → its values. With `other` among them any text may be given: what is none of them becomes that. */
  labels?: Readonly<Record<string, readonly string[]>>;
  /** Of whom it tells: of the instance that is asked, or of the store, which all instances share and tell alike. */
  of: "instance" | "store";
  /** Each series stands at 0 from the start, so that the first is a rise. */
  fromZero?: true;
  /** Upper bounds of a histogram's buckets. */
  buckets?: readonly number[];
}

const keysOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(table) as Name[];

const untold = { state: ["waiting", "failed"] } as const;
const age = { type: "gauge", unit: "seconds", labels: untold, of: "store" } as const;

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

/** Every metric. Names are a contract with dashboards and alerts: add, do not rename. */
export const metrics = {
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
  tti_mails_total: {
    type: "counter",
    help: "Mails by what came of them: sent (the mail server took it), delayed (it is tried again), failed (given up).",
    labels: { outcome: ["sent", "delayed", "failed"] },
    of: "instance",
    fromZero: true,
  },
  tti_mails: {
    type: "gauge",
    help: "Mails in the outbox, by state: waiting to be sent, or failed and kept to be looked at.",
    labels: { state: ["waiting", "failed"] },
    of: "store",
  },
  tti_mail_oldest_seconds: {
    ...age,
    help: "How long the oldest mail of a state lies in the outbox; 0 where there is none.",
  },
  tti_logouts: {
    type: "gauge",
    help: "Logouts that applications were not told of, by state: waiting to be told, or failed and kept to be looked at.",
    labels: { state: ["waiting", "failed"] },
    of: "store",
  },
  tti_logout_oldest_seconds: {
    ...age,
    help: "How long ago the oldest logout of a state was; 0 where there is none.",
  },
  tti_key_age_seconds: {
    type: "gauge",
    help: "How long the signing key may sign, and how long the next one has been published; absent where there is none.",
    unit: "seconds",
    labels: { key: ["signing", "next"] },
    of: "store",
  },
  tti_keys: {
    type: "gauge",
    help: "Signing keys by where they are in their life.",
    labels: { phase: ["next", "current", "previous", "gone", "revoked"] },
    of: "store",
  },
  tti_key_warnings: {
    type: "gauge",
    help: "What `tti key status` warns of: rotation waits, or somebody has to decide.",
    of: "store",
  },
  tti_ready: {
    type: "gauge",
    help: "1 if this instance may be sent requests as far as the check says, as /health/ready does; 0 if not.",
    labels: { check: ["instance", "store", "keys"] },
    of: "instance",
  },
  tti_http_requests_total: {
    type: "counter",
    help: "Requests that were answered, by port and status; aborted are those whose sender went away.",
    labels: {
      port: ["public", "admin"],
      status: ["2xx", "3xx", "4xx", "429", "5xx", "503", "aborted"],
    },
    of: "instance",
    fromZero: true,
  },
  tti_http_request_duration_seconds: {
    type: "histogram",
    help: "How long requests took until their answer was out.",
    unit: "seconds",
    labels: { port: ["public", "admin"] },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    of: "instance",
  },
  tti_store_connections: {
    type: "gauge",
    help: "Connections to the store that serve requests: used now, and idle.",
    labels: { state: ["used", "idle"] },
    of: "instance",
  },
  tti_store_connections_waiting: {
    type: "gauge",
    help: "Requests that wait for a connection to the store.",
    of: "instance",
  },
  tti_store_connections_most: {
    type: "gauge",
    help: "Most connections to the store that this instance opens for requests.",
    of: "instance",
  },
  tti_event_loop_delay_seconds: {
    type: "histogram",
    help: "How much later than asked for the process came to a timer, looked at four times a second: what holds up one request holds up all.",
    unit: "seconds",
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    of: "instance",
  },
  tti_scrape_source_up: {
    type: "gauge",
    help: "1 if what is read at a scrape could be read in time; 0: its metrics are missing from this scrape.",
    labels: { source: ["store", "readiness"] },
    of: "instance",
  },
  process_cpu_seconds_total: {
    type: "counter",
    help: "Processor time of the process.",
    unit: "seconds",
    of: "instance",
  },
  process_resident_memory_bytes: {
    type: "gauge",
    help: "Memory that the process holds.",
    unit: "bytes",
    of: "instance",
  },
  process_start_time_seconds: {
    type: "gauge",
    help: "When the process started, seconds since 1970.",
    unit: "seconds",
    of: "instance",
  },
  nodejs_heap_used_bytes: {
    type: "gauge",
    help: "What of JavaScript's heap is in use.",
    unit: "bytes",
    of: "instance",
  },
} as const satisfies Record<string, MetricEntry>;

/** The name of a metric. */
export type MetricName = keyof typeof metrics;

type Labels<Name extends MetricName> = (typeof metrics)[Name] extends {
  readonly labels: infer Given extends Readonly<Record<string, readonly string[]>>;
}
  ? { readonly [Label in keyof Given]: "other" extends Given[Label][number] ? string : Given[Label][number] }
  : Readonly<Record<string, never>>;

/** A value of one series. */
export type PointOf<Name extends MetricName> = {
  readonly name: Name;
  readonly labels: Labels<Name>;
  readonly value: number;
};

/** A value of any series. */
export type Point = { [Name in MetricName]: PointOf<Name> }[MetricName];

/** One more of something that is counted. */
export function one<Name extends MetricName>(name: Name, labels: Labels<Name>): PointOf<Name> {
  return { name, labels, value: 1 };
}

/** How something stands, or one more value of a histogram. */
export function at<Name extends MetricName>(name: Name, value: number, labels: Labels<Name>): PointOf<Name> {
  return { name, labels, value };
}

/** A metric's entry, as whoever goes through all of them reads it. */
export const entryOf = (name: MetricName): MetricEntry => metrics[name];

/**
 * The labels of a point as its series has them: every declared label, each with a value of its list.
 * @throws Error if a value is none of a list without `other`: a fault of ours
 */
export function seriesOf({ name, labels }: Point): Record<string, string> {
  const given: Readonly<Record<string, string>> = labels;
  const declared = Object.entries(entryOf(name).labels ?? {});
  return Object.fromEntries(
    declared.map(([label, values]) => {
      const value = given[label] ?? "other";
      if (values.includes(value)) return [label, value];
      if (values.includes("other")) return [label, "other"];
      throw new Error(`${name} has no series of the ${label} that was given`);
    }),
  );
}
