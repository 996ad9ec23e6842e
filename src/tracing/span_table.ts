// Owns the tables of what traces are made of, as data: each kind of span with what it is for, and each attribute a span may have.
// docs/traces.md is written from them. An attribute that is none of the table does not compile, and none of the table holds what
// a person, an address, a token or a path would say: traces go to a system of their own, which other people read.

/** One kind of span. */
export interface SpanEntry {
  /** Its role as OpenTelemetry names it (SpanKind). */
  role: "server" | "client" | "consumer" | "internal";
  /** How its spans are named. */
  named: string;
  help: string;
}

/** Every kind of span. */
export const spans = {
  request: {
    role: "server",
    named: "`GET /login/:uid`: method and the pattern of the route; the method alone where there is no route",
    help: "A request to one of the ports. Health checks and scrapes are left out.",
  },
  operation: {
    role: "internal",
    named: "`operation tenant create`",
    help: "An operation of administration, whoever asks for it: API, console, portal.",
  },
  mint: {
    role: "internal",
    named: "`mint`",
    help: "An ID token made for a person whom a back end names.",
  },
  sign: { role: "internal", named: "`sign`", help: "A signature, by whichever key." },
  hash: {
    role: "internal",
    named: "`password hash`, `password verify`",
    help: "A password hashed or verified, with the wait for a free place.",
  },
  statement: {
    role: "client",
    named:
      "the name of the statement, `session_find`; `select accounts`, `COMMIT` for one that has none of its own",
    help: "A statement to the store. Never its text, never its values.",
  },
  connection: {
    role: "internal",
    named: "`store connection`",
    help: "A wait of five milliseconds and more for a connection to the store.",
  },
  aws: {
    role: "client",
    named: "`KMS/Sign`",
    help: "A call of AWS KMS.",
  },
  exchange: {
    role: "client",
    named:
      "`exchange assume-role-with-tag`, … : the steps of [exchange.md](../packages/exchange/docs/exchange.md)",
    help: "A step on the way to a customer's index, and the search there, with the id AWS gave the request.",
  },
  credentials: {
    role: "internal",
    named: "`exchange id-token`, `exchange credentials`",
    help: "What of an exchange is no call of AWS: the person's ID token; and the whole of it, as the search waited for it.",
  },
  fetch: {
    role: "client",
    named: "`GET`: the method",
    help: "A request to the server of an application or a tenant: its keys, a logout. The host, never the path.",
  },
  mail: {
    role: "consumer",
    named: "`mail send`",
    help: "A mail of the outbox, written and handed to the mail server. Begins a trace.",
  },
  logout: {
    role: "consumer",
    named: "`logout tell`",
    help: "An application told of a logout. Begins a trace.",
  },
  upkeep: {
    role: "internal",
    named: "`sweep`",
    help: "What an instance does by the clock: removing what has ended. Begins a trace.",
  },
} as const satisfies Record<string, SpanEntry>;

/** A kind of span, by its name in the table. */
export type SpanKind = keyof typeof spans;

/** Every attribute a span may have. The names without `tti.` are OpenTelemetry's semantic conventions. */
export const spanAttributes = {
  "http.request.method": "GET, POST, …; `_OTHER` for what no standard names",
  "http.route": "the route's pattern, as in the access log; never the path",
  "http.response.status_code": "the status",
  "server.address": "the host of the server that is asked",
  "db.system.name": "`postgresql` or `sqlite`",
  "db.operation.name": "select, insert, update, delete, COMMIT, …",
  "db.collection.name": "the table, where the statement names it first",
  "db.query.summary": "what the span is called",
  "rpc.system": "`aws-api`",
  "rpc.service": "`STS`, `SSO OIDC`, `QBusiness`, `KMS`",
  "rpc.method": "the operation of AWS",
  "aws.request_id": "the id AWS gave the request; its support asks for it, CloudTrail has it",
  "error.type":
    "why it failed: a code of [errors.md](errors.md), of the exchange, of the system, a status, or a class",
  "tti.request.id": "the request's id: `X-Request-Id` of the answer, `requestId` of the log and of the trail",
  "tti.port": "`public` or `admin`",
  "tti.client.id": "the application or back end that asks",
  "tti.tenant.id": "the tenant whose index is searched",
  "tti.operation": "the operation's name",
  "tti.key.id": "the signing key, as the key set lists it",
  "tti.mint.by": "how the person was named: assertion, access_token, refresh_token, search, trial",
  "tti.exchange.step": "the step",
  "tti.exchange.attempt": "2 and more: again, with a fresh token",
  "tti.exchange.cache": "where credentials came from: hit, stale, miss, coalesced",
  "tti.mail.kind": "what the mail is for",
  "tti.outbox.id": "the mail's or the logout's id, as the log has it",
  "tti.outbox.attempt": "which attempt it is",
} as const satisfies Record<string, string>;

/** What a span says: values of the table's attributes. Undefined ones are left away. */
export type SpanAttributes = {
  readonly [Name in keyof typeof spanAttributes]?: string | number | undefined;
};
