// Owns docs/audit-events.md: the page is written from the event types by `npm run docs`.
import { apiScope } from "../grants_and_scopes.ts";
import { auditEventTypes } from "./event_types.ts";
import type { EventTypeEntry } from "./events/event_type.ts";

/** The page, as Markdown. */
export function auditEventsPage(): string {
  const rows = Object.entries<EventTypeEntry>(auditEventTypes).map(([type, entry]) => {
    const always = entry.always ?? [];
    const parties = [...always, ...(entry.sometimes ?? []).map((party) => `(${party})`)].join(", ");
    const details = Object.entries(entry.details).map(([name, meaning]) => `\`${name}\`: ${meaning}`);
    return `| \`${type}\` | ${entry.meaning} | ${parties || "–"} | ${details.join("<br>") || "–"} |`;
  });
  return `# Audit events

<!-- Written from src/audit/event_types.ts by \`npm run docs\`. Do not edit. -->

Who did what to whom, when and from where. An event is written in the transaction of the act, or before the answer
that the act is leaves the provider; what is not recorded does not happen. Events are only added, but for the two changes
told below. None holds a secret or a token.

Read them with \`tti audit list\` or \`GET /v1/audit-events\` (scope \`${apiScope.admin}\`). Both take a tenant, an account
or a sign-in name, a client, an address, a type and a time, and go on from a cursor.

Every event has:

| member | what it is |
|---|---|
| \`id\`, \`atMs\` | its id; when it happened, epoch milliseconds |
| \`type\` | one of the types below; types and their details may be added, none is renamed |
| \`actor\` | who did it: \`cli:\` and a user of the operating system, \`client:\` and a client id, \`account:\` and an account id, \`system\` for what an instance does by itself, or \`nobody\` where nobody proved to be anybody |
| \`tenantId\`, \`accountId\`, \`clientId\` | whom it concerns |
| \`address\` | the client's address, where the act came by HTTP |
| \`requestId\` | the \`X-Request-Id\` of that request; the log's lines carry it too |
| \`loginHash\` | of a sign-in by name: a keyed hash of the name that was typed |
| \`times\` | of a counted event: how often it came in that minute |
| \`details\` | what else there is to say |

**Names that nobody has.** People type other things than their address into the first field, a password among them.
So a refused sign-in keeps the account where the name is one, and for every name a keyed hash (HMAC-SHA-256, the key
from \`TTI_SECRETS\`). \`tti audit list --account NAME\` finds by both: what was tried on a name is found by whoever
knows the name, and nobody reads names from the trail. Once a secret is dropped from \`TTI_SECRETS\`, nobody matches the names
that were hashed with it either: a search by name then says so, and up to which moment (\`namesLostBeforeMs\`).

**Counted events.** What anybody can cause without proof is counted: equal events of one address within one minute are
one row with \`times\`, and the count changes. Besides, the addresses and names of a person who is erased are taken out of
their events. Nothing else in the trail changes.

**Whose trail.** An event with a tenant stands in that tenant's trail. A client that names a tenant it may not act for
leaves no trace there, only in the operator's: a trail nobody else can write into is what a customer can rely on.

A party in brackets is named where there is one.

| type | when | names | details |
|---|---|---|---|
${rows.join("\n")}

*Proof: [sign-in events](../test/audit/sign_in_events.test.ts), [token events](../test/audit/token_events.test.ts), [audit store](../test/audit/audit_store.test.ts), [every event](../test/audit/every_event.test.ts)*
`;
}
