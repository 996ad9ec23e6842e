// ID tokens from a file that something else keeps fresh (a sidecar, a scheduler). One token in it is one exchange.

import { readFile } from "node:fs/promises";
import type { IdTokenSource } from "../id_token/id_token_intake.ts";

/**
 * A token source that reads the file anew for every exchange; a token already presented is refused by the client, so
 * whoever writes the file must replace it after use.
 *
 * @param path the file, or a function that tells the file of a user
 */
export function fromFile(
  path: string | ((user: { readonly tenantId: string; readonly user: string }) => string),
): IdTokenSource {
  return async ({ tenantId, user, signal }) => {
    const file = typeof path === "string" ? path : path({ tenantId, user });
    return (await readFile(file, { encoding: "utf8", signal })).trim();
  };
}
