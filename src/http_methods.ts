// Owns the answer to a method that an address does not take: 405 with the ones it takes (RFC 9110 section 15.5.6),
// so that nobody looks for a mistake in an address that is right.
import { OperationError } from "./errors.ts";
import { cleanPath } from "./log_redaction.ts";

/** What is asked of a router; @koa/router's is one. */
export interface RouteTable {
  match(path: string, method: string): { path: readonly { methods: readonly string[] }[] };
}

/** The part of an HTTP context this is about; koa's is one. */
export interface MethodSink {
  readonly method: string;
  readonly path: string;
  set(headers: Record<string, string>): void;
}

/**
 * Refuses a method the address does not take. An address nobody has passes: that is a 404, told elsewhere.
 * @param tables the routers that serve the port
 * @param others methods of addresses that stand in no table
 * @throws OperationError method_not_allowed, with the header Allow set
 */
export function assertMethodIsKnown(
  sink: MethodSink,
  tables: readonly RouteTable[],
  others: (path: string) => readonly string[] = () => [],
): void {
  const { method, path } = sink;
  const layers = tables.flatMap((table) => table.match(path, method).path);
  const known = [...new Set([...layers.flatMap(({ methods }) => methods), ...others(path)])].sort();
  if (known.length === 0 || known.includes(method)) return;
  sink.set({ Allow: known.join(", ") });
  throw new OperationError("method_not_allowed", `${cleanPath(path)} does not take ${method}.`, {
    fix: `Use ${known.join(" or ")}.`,
  });
}
