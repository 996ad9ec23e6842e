// Owns docs/admin-api.md, written from the table of routes: what there is, on which port, behind which scope.
import { type ApiRoute, apiRoutes, mayRepeat } from "../src/admin/api_routes.ts";
import { backEndRoutes } from "../src/admin/back_end_routes.ts";
import { membersOf } from "../src/admin/operations/input_members.ts";
import { adminScope } from "../src/admin/operations/permissions.ts";

/** Writes the page. */
export function adminApiPage(): string {
  const rows = apiRoutes.map((route) => {
    const call = `${route.method.toUpperCase()} ${shown(route.path)}`;
    const ports = backEndRoutes.includes(route) ? "public, admin" : "admin";
    return `| \`${call}\` | \`${route.permission}\` | ${ports} | ${route.summary} |`;
  });
  return `# The JSON API

<!-- Written from the table of operations by \`npm run docs\`. Do not edit. -->

Everything \`tti\` does on the command line, over HTTP, and the two things your back ends ask for. Two ports:

- **the public port** (\`TTI_ISSUER\`, behind your TLS) serves what a back end on another host needs: answers to login
  challenges and searches. Their access tokens and scopes protect them; no script of a page may read the answers.
- **the admin port** (\`TTI_ADMIN_HOST\`, \`TTI_ADMIN_PORT\`; \`127.0.0.1:3001\` unless you say otherwise) serves all of it.
  Nothing that administers answers on the public port.

## Reach the admin port safely

It speaks plain HTTP and every call carries an access token, so keep it where nobody listens:

| you are | do |
|---|---|
| on the same host | nothing: it listens on the loopback address |
| an administrator elsewhere | \`ssh -L 3001:127.0.0.1:3001 the-host\`, then call \`http://127.0.0.1:3001\` |
| a program in the same cluster or private network | \`TTI_ADMIN_HOST\` = the private address, a firewall rule for that program alone |
| anywhere else | a proxy of yours with TLS, and client certificates or your company's sign-in, in front of the loopback address |

Do not map it to the internet beside the public port. Whoever holds a token of \`${adminScope}\` can make users of every
tenant: register one client for each program, and keep its key as you keep a database password.

## Call it

A client registered with \`--admin\`, \`--handoff-for\` or \`--search-for\` gets an access token of the scope at the token
endpoint (\`grant_type=client_credentials\`) and sends \`Authorization: Bearer …\`. A token in the query is not looked at.

A program that administers may send the key of an API credential instead (\`tti credential create\`): it has a role (auditor:
what reads; operator: what changes; owner: also administrators, credentials, key emergencies, retention), it ends by itself,
and \`tti credential revoke\` ends it at once. One of a tenant (\`--tenant\`) sees that tenant: its settings, domains, data
accessors, people and events. Everything else answers it with 403. An access token of \`tti:admin\` may what an owner may.

Failures are problem documents ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)): \`application/problem+json\` with
\`type\`, \`title\`, \`status\`, \`detail\`, and besides \`error\` (the code of [errors.md](errors.md)), \`error_description\`,
\`fix\`, \`field\` where one is at fault, and \`request_id\`. \`field\` is the parameter or member by its name, one inside another by
its JSON pointer (\`/memberships/0/role\`); \`detail\` and \`fix\` tell of every member at fault at once.

What the path says need not be said again. A member of the body or query that says another than the path is
\`invalid_input\`, and nothing is done.

*Proof: [told faults](../test/admin/told_faults.test.ts), [path and body](../test/admin/path_and_body.test.ts)*

## Send a call again

A call that creates something (it answers 201) takes an \`Idempotency-Key\`: a key of your own, a new one for each call. Sent again
within a day the same call is not done again: it answers what it answered, secrets included, with \`Idempotency-Replayed: true\`.
Another body under the same key is 422 \`repeat_differs\`; while the first is under way, 409 \`repeat_in_progress\`. A call that
failed wrote nothing and may be sent again. Keys are each caller's own, and of a client end with it; answers rest sealed.
If somebody an answer tells of is erased or gets another address, the answer is gone at once: the same call is not done again, but answers 410 \`repeat_forgotten\`. Elsewhere the header is refused.

*Proof: [repeated calls](../test/admin/repeats/repeated_calls.test.ts)*

## Add many people at once

\`POST /v1/users/import\` takes up to 200 rows, each a person with one membership at most: several rows of one address make one
account with several memberships. The call is one transaction. A row that cannot be taken leaves nothing and stands in
\`refused\` with its place, code and reason; the others are taken, and the answer is 200: look at \`refused\`. A call of which a row is malformed, or
with more than 200, is 400, and none is taken. \`"dryRun": true\` answers the same and does nothing.

It needs no \`Idempotency-Key\`: what is there already counts as \`unchanged\`, so whatever broke off is sent again, and what was refused
once its cause is gone. But it is done by what there is now: whoever was removed or erased meanwhile would be added anew, so leave them out.
What each member means: [import.md](import.md). Removing is a call for each person and tenant, with what ended for them in its
answer and its own word on the last administrator; sent again it answers \`not_a_member\`.

*Proof: [import over HTTP](../test/admin/import_over_http.test.ts), [user import](../test/admin/operations/user_import.test.ts)*

## Change what you have read

\`GET\` of one thing answers an \`ETag\`, which is another as soon as anything in the answer is. Send it back as \`If-Match\` with
the change: if somebody else changed the thing meanwhile, nothing is done, and the answer is 412 \`precondition_failed\`. Of
two changes by the same ETag one is done. A change answers the \`ETag\` of what it left, for the next one. Without \`If-Match\` a change is
done whatever there is; \`If-Match: *\` says the same. A logo takes and answers the \`ETag\` of what shows it: of the client, or of
the tenant's \`/brand\`. Where nothing reads it, \`If-Match\` is refused rather than left unread.

What ends or brings much takes \`dryRun\`: it is done and taken back, and answered as if it stood, with \`"dryRun": true\`.

*Proof: [if match](../test/admin/if_match.test.ts), [trials](../test/admin/operations/operations.test.ts)*

## Routes

| call | scope | port | |
|---|---|---|---|
${rows.join("\n")}

\`GET /v1/openapi.json\` of the admin port describes the same for programs (OpenAPI 3.1); it takes no token. Lists answer
\`limit\` rows and a \`cursor\` where there are more: give it back as it is, and nothing is lost or told twice between
two pages, whatever is added meanwhile.

*Proof: [operations](../test/admin/operations/operations.test.ts), [lists](../test/admin/operations/lists.test.ts)*

## What each takes

Members of the path's parameters aside. GET and DELETE take them in the query, the others in a JSON body; what is not
listed is refused. The events are those of [audit-events.md](audit-events.md) that a call may leave.

${apiRoutes.map(inputText).join("\n\n")}

*Proof: [admin api](../test/admin/admin_api.test.ts), [back ends on the public port](../test/admin/back_ends_on_the_public_port.test.ts)*
`;
}

// One route, with the members it takes.
function inputText(route: ApiRoute): string {
  const filled = Object.values(route.params);
  const members = Object.entries(membersOf(route.operation.entry.input)).filter(
    ([name]) => !filled.includes(name),
  );
  const events = route.operation.entry.events.map((type) => `\`${type}\``).join(", ");
  const rows = members.map(([name, { type, enum: one, required, description }]) => {
    const kind = one === undefined ? (type ?? "any") : one.join(", ");
    return `| \`${name}\`${required ? "" : "?"} | ${kind} | ${description ?? ""} |`;
  });
  const { shows, revises } = route.operation.entry;
  const etag = `${mayRepeat(route) ? " Takes `Idempotency-Key`." : ""}${revises === undefined ? "" : " Takes `If-Match`."}${shows || revises?.after ? " Answers an `ETag`." : ""}`;
  return [
    `### ${route.method.toUpperCase()} ${shown(route.path)}`,
    `${route.summary}.${events === "" ? "" : ` Leaves ${events}.`}${etag}`,
    ...(rows.length === 0 ? [] : [["| member | | |", "|---|---|---|", ...rows].join("\n")]),
    provenBy(route),
  ].join("\n\n");
}

// Each operation is tried, on both stores, and each of its members with wrong values.
const provenByAll = ["admin/operations/operations", "admin/told_faults"];

// What proves the more that the words of one operation say: whom a list leaves out, who may have which value, how long
// something stays.
const provenBesides: Readonly<Record<string, readonly string[]>> = {
  "tenant create": ["provider/tenants/tenant_store", "security/taken_from_whole"],
  "tenant update": ["provider/grants/presence"],
  "tenant list": ["provider/accounts/people_search"],
  "user list": ["provider/accounts/people_search"],
  "user export": ["admin/operations/user_import"],
  "user import": ["admin/import_over_http", "admin/operations/user_import"],
  "client create": ["admin/operations/client_registration", "security/reserved_claims"],
  "client update": ["admin/operations/client_update", "security/reserved_claims"],
  "audit list": ["audit/audit_store", "audit/sign_in_events"],
  "audit export": ["admin/audit_export", "audit/audit_store"],
  "audit prune": ["admin/audit_export"],
  "login-challenge accept": ["provider/handoff/handoff"],
};

function provenBy({ operation }: ApiRoute): string {
  const tests = [...provenByAll, ...(provenBesides[operation.entry.name] ?? [])];
  const links = tests.map((path) => {
    const name = path.split("/").at(-1) ?? path;
    return `[${name.replaceAll("_", " ")}](../test/${path}.test.ts)`;
  });
  return `*Proof: ${links.join(", ")}*`;
}

/** \`/v1/tenants/:tenant\` as people read it. */
function shown(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}
