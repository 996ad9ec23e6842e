// Owns docs/audit-events.md: the page is written from the event types by `npm run docs`.
import { apiScope } from "../grants_and_scopes.ts";
import { mostEvents } from "./chain/seal.ts";
import { auditEventTypes, refusalTypes } from "./event_types.ts";
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
that the act is leaves the provider; what is not recorded does not happen. Events are only added, but for the changes
told below (a count, an erasure, the place in the chain), and removed by retention alone. None holds a secret or a token.

*Proof: [audit store](../test/audit/audit_store.test.ts)*

## Read them

| to | command | HTTP (scope \`${apiScope.admin}\`) |
|---|---|---|
| look something up, newest first | \`tti audit list\` | \`GET /v1/audit-events\` |
| keep a copy elsewhere, oldest first, a JSON document a line | \`tti audit export\` | \`GET /v1/audit-events/export\` (\`application/jsonl\`; a page to who accepts only \`application/json\`) |
| see what happens | \`tti audit follow\` | the same route, with the \`cursor\` of the answer before |
| prove that nobody changed it | \`tti audit verify\` | \`GET /v1/audit-events/verification\` |
| remove what is old | \`tti audit prune\` | \`POST /v1/audit-events/prune\` |

List, export and follow take a tenant, an actor, an account or a sign-in name, a client, an address, a type, an outcome and
times; all that is given must hold. Outcome \`refused\` are ${refusalTypes.map((type) => `\`${type}\``).join(", ")}; every other type is \`done\`.
Pages of the list go on from a cursor, and lose nothing and repeat nothing, whatever is recorded meanwhile. Export and follow go
on from a *place*, which each of their events has (\`BLOCK.PLACE\`): an event gets it when it is sealed, after it was
committed, so a reader who goes on from the last one misses none, however late its transaction ended.

*Proof: [chain](../test/audit/chain.test.ts), [commands](../test/cli/audit_chain.test.ts), [HTTP](../test/admin/audit_export.test.ts)*

## What an event has

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
their events. A count ends before its event is sealed, which gives it its place in the chain. Nothing else in the trail changes.

**Whose trail.** An event with a tenant stands in that tenant's trail. A client that names a tenant it may not act for
leaves no trace there, only in the operator's: a trail nobody else can write into is what a customer can rely on. What an organization does
in its portal, or with a credential bound to it, to a person who belongs to others too stands in its own trail alone; what the
installation does to a whole account stands in the trail of each tenant the person belongs to.

*Proof: [sign-in events](../test/audit/sign_in_events.test.ts), [whose trail](../test/security/refused_mints.test.ts), [one organization's acts](../test/portal/calls.test.ts), [audit store](../test/audit/audit_store.test.ts)*

## The chain

Each instance that serves seals, every few seconds, what was committed: up to ${mostEvents} events become a block, which holds
their number, a hash over them in their order, the times, and the hash of the block before. Its own hash is sealed with a key
from \`TTI_SECRETS\`. No act waits for that, and none makes a statement more: of instances that seal at once one adds the block,
by one conditional insert, and the others try again later. Events that count wait until they count no more, at most three
minutes. Events of an older version are sealed like any other.

\`tti audit verify\` reads all of it and names each fault, and exits with 1 if there is one:

| fault | what was done after sealing |
|---|---|
| \`event_changed\`, \`event_removed\`, \`event_inserted\`, \`events_reordered\` | to events; the event is named, or its place |
| \`name_removed\` | an address or a name was taken out, and the trail has no \`account.deleted\` of that person |
| \`block_changed\`, \`block_removed\` | to blocks |
| \`gap_unproven\` | the events of a block are gone, and retention was not it |
| \`seal_unknown\` | the last block was sealed with none of the secrets: a chain made anew, or a secret that is missing where you verify |
| \`anchor_unmet\` | a block you noted is not there as it was |

**What it cannot show.** Whoever can write to the store can change what is not sealed yet (verify says how much that is and how
old; minutes are too old), and can cut off the end of the chain. So note \`NUMBER:HASH\`, which verify prints as the anchor,
where the store's administrator cannot reach, and give it back: \`tti audit verify --anchor NUMBER:HASH\`. A kept export does
the same event by event. Whoever has the store *and* \`TTI_SECRETS\` can make a whole chain anew: only the anchor shows it.

**Erasure.** What names a person is in an event's hash as a salted hash. Erasure removes the text and the salt, so nobody can
try addresses on what is left; the chain verifies as before, because the trail says that the person was erased.

**Retention.** With \`TTI_AUDIT_RETENTION\` (days; unset: for ever) the serving instances remove older events every hour, as
\`tti audit prune\` does at once. Whole blocks lose their events, oldest first; the blocks stay, so the rest verifies. First
\`audit.pruned\` says up to which block and which time; the last such event proves all gaps before it, its own predecessors'
among them. Events of the last day are never removed.

*Proof: [chain](../test/audit/chain.test.ts), [commands](../test/cli/audit_chain.test.ts), [HTTP](../test/admin/audit_export.test.ts)*

## Every type

A party in brackets is named where there is one.

| type | when | names | details |
|---|---|---|---|
${rows.join("\n")}

*Proof: [sign-in events](../test/audit/sign_in_events.test.ts), [token events](../test/audit/token_events.test.ts), [audit store](../test/audit/audit_store.test.ts), [every event](../test/audit/every_event.test.ts), [secrets](../test/provider/clients/secret_overlap.test.ts)*
`;
}
