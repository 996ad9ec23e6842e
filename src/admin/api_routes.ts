// Owns the routes of the JSON API as the table of operations says them: method, path, permission, and how the parts of
// a request fill an operation's input. No rule lives here.
import type { z } from "zod";
import { OperationError } from "../errors.ts";
import type { ApiScope } from "../grants_and_scopes.ts";
import { onceEach, parseFormText } from "../input/form_text.ts";
import { type Permission, scopeOf } from "./administrators/roles.ts";
import type { Operation, OperationRoute } from "./operations/entry.ts";
import { membersOf } from "./operations/input_members.ts";
import { operations, type TableContext } from "./operations/table.ts";

/** A route of the JSON API. */
export interface ApiRoute {
  method: OperationRoute["method"];
  /** With parameters as `:name`. */
  path: string;
  summary: string;
  /** What its operation takes. */
  right: Permission;
  /** The scope an access token must carry. */
  permission: ApiScope;
  /** Status of the answer when all is well. */
  status: 200 | 201;
  /** As lines of which type its answer is streamed, if it is: a `*_routes.ts` serves it. */
  streamed: OperationRoute["streamed"];
  operation: Operation<TableContext>;
  /** The input's member each parameter of the path fills. */
  params: Readonly<Record<string, string>>;
}

/** Every route, in the order of the table. */
export const apiRoutes: readonly ApiRoute[] = operations.flatMap((operation) =>
  operation.entry.http.map((route) => ({
    method: route.method,
    path: route.path,
    summary: route.summary ?? operation.entry.summary,
    right: operation.entry.permission,
    permission: scopeOf(operation.entry.permission),
    status: route.status ?? 200,
    streamed: route.streamed,
    operation,
    params: Object.fromEntries(
      [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => [name, route.params?.[name] ?? name]),
    ),
  })),
);

/** Whether a route takes its input from a JSON body, not from the query. */
export function hasBody({ method }: Pick<ApiRoute, "method">): boolean {
  return method === "post" || method === "patch";
}

/** Whether a call may name itself by an Idempotency-Key: it creates something. */
export function mayRepeat({ method, status }: Pick<ApiRoute, "method" | "status">): boolean {
  return method === "post" && status === 201;
}

/** What a request carries. */
export interface RequestParts {
  /** Values of the path's parameters. */
  path: Readonly<Record<string, string>>;
  querystring: string;
  /** The JSON body, where the route takes one. */
  body: Readonly<Record<string, unknown>>;
  /** Whether the request brings a body, read or not. */
  bringsBody: boolean;
}

/**
 * Puts the parts of a request together to the operation's input. What the path says may stand in the body or query
 * too, if it is the same there: of two that differ nobody knows which one was meant. What stands where the route does
 * not read is refused, not left unread: it may be the `dryRun` that the caller counts on.
 * @throws OperationError invalid_input for a parameter given twice, for a query or body the route does not read, and
 *   for a member that says another than the path
 */
export function inputOf(
  route: ApiRoute,
  { path, querystring, body, bringsBody }: RequestParts,
): Record<string, unknown> {
  const query = Object.fromEntries(onceEach(parseFormText(querystring)));
  assertAllRead(route, Object.keys(query), bringsBody);
  const rest = hasBody(route) ? body : typed(query, route.operation.entry.input);
  const named = Object.entries(route.params).map(([parameter, member]) => [member, path[parameter]] as const);
  for (const [member, value] of named) {
    if (Object.hasOwn(rest, member) && rest[member] !== value) throw differsFromPath(member);
  }
  return { ...rest, ...Object.fromEntries(named) };
}

function assertAllRead(route: ApiRoute, [parameter]: readonly string[], bringsBody: boolean): void {
  if (hasBody(route) && parameter !== undefined) {
    throw new OperationError("invalid_input", `${parameter} stands in the query, which is not read here.`, {
      field: parameter,
      fix: "Send it as a member of the JSON body.",
    });
  }
  if (!hasBody(route) && bringsBody) {
    throw new OperationError("invalid_input", "The request has a body, which is not read here.", {
      fix: "Send what it says as parameters of the query, and no body.",
    });
  }
}

function differsFromPath(member: string): OperationError {
  return new OperationError("invalid_input", `${member} is not what the path says.`, {
    field: member,
    fix: "Leave it out, the path says it already; or ask at the path of the other one.",
  });
}

// What a query says in text, as the schema takes it. A value that is no number, or neither true nor false, stays text,
// and the operation names it as the field at fault.
function typed(query: Readonly<Record<string, string>>, schema: z.ZodObject): Record<string, unknown> {
  const members = membersOf(schema);
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const type = Object.hasOwn(members, name) ? members[name]?.type : undefined;
      if (type === "integer" && /^\d{1,16}$/.test(value)) return [name, Number(value)];
      if (type === "boolean" && /^(true|false)$/.test(value)) return [name, value === "true"];
      return [name, value];
    }),
  );
}
