// Owns what is recorded of tokens, of searches with them, and of what people agreed to.
import { grantTypes } from "../../grants_and_scopes.ts";
import { type EventTypeEntry, everybody } from "./event_type.ts";

export const tokenEvents = {
  "token.issued": {
    meaning:
      "An application got an ID token or an access token for an API, for a person who signed in, or renewed one.",
    always: everybody,
    details: {
      by: `\`${grantTypes.authorizationCode}\`, \`device_code\` or \`${grantTypes.refreshToken}\``,
      jti: "the ID token's id",
      resource: "the API the access token is for",
    },
  },
  "token.issued_to_client": {
    meaning:
      "A client got an access token for an API, for itself. Equal ones of a minute are one event with a count.",
    always: ["client"],
    details: { resource: "the API", scope: "the scopes" },
  },
  "token.minted": {
    meaning: "A back end got an ID token for a person it named.",
    always: everybody,
    details: {
      by: "how it named the person: `assertion`, `access_token`, `refresh_token`, `search`, or `trial` of an administrator",
      jti: "the ID token's id",
    },
  },
  "token.refused": {
    outcome: "refused",
    meaning: "A client asked for a token and got none.",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: {
      by: "how it named the person, or the grant type",
      reason: "the error code",
      named:
        "the tenant it named and may not act for; such an event stands in no tenant's trail, because a client must not be able to write into the trail of whom it does not serve",
    },
  },
  "token.revoked": {
    meaning: "A client gave a token back (RFC 7009).",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: { kind: "`access_token` or `refresh_token`" },
  },
  "code.reused": {
    outcome: "refused",
    meaning:
      "An authorization code, or a device code, came a second time. What the first use gave is ended (RFC 6749, 4.1.2).",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: {},
  },
  "refresh_token.reused": {
    outcome: "refused",
    meaning: "A used refresh token came again, later than an honest repeat. Its whole family is ended.",
    always: ["client"],
    sometimes: ["tenant", "account"],
    details: {},
  },
  "client.refused": {
    outcome: "refused",
    meaning:
      "Somebody failed to prove to be a client: wrong secret or assertion. Equal refusals of a minute are one event with a count.",
    sometimes: ["client"],
    details: { method: "how it tried", reason: "the error code" },
  },
  "search.made": {
    meaning:
      "A back end searched a tenant's index as one of its users: one event a page, written before the page is handed over.",
    always: everybody,
    details: {
      accessor: "which data accessor",
      results: "how many results the page holds; 0 also where AWS refused",
      page: "which page of this search, from 1",
      refused: "the code AWS's refusal has here (packages/exchange/docs/exchange-failures.md)",
      step: "the step of the exchange that failed",
      awsRequestId: "AWS's id of the request it refused",
    },
  },
  "consent.granted": {
    meaning: "A person let an application have something.",
    always: everybody,
    details: {
      scope: "the scopes",
      resource: "the API that some of them are of",
      what: "`offline`: to act while the person is away",
    },
  },
  "consent.revoked": {
    meaning: "A person took it back.",
    always: everybody,
    details: { scope: "the scopes", what: "`offline`: to act while the person is away" },
  },
} as const satisfies Record<string, EventTypeEntry>;
