// Owns the judgement of PostgreSQL's connections: whether one more process of this installation would get what it opens. Pure.
import type { Config } from "../../config.ts";
import { beside } from "../../db/connect.ts";
import type { ConnectionBound } from "../../db/connections_store.ts";
import { settings } from "../../settings.ts";
import { type Finding, information, passed, warning } from "./finding.ts";

const limitOf: Readonly<Record<ConnectionBound["of"], string>> = {
  server: "The server (max_connections, without those it keeps for superusers)",
  database: "The database (CONNECTION LIMIT)",
  role: "The role (CONNECTION LIMIT)",
};

/**
 * Checks that an instance which starts beside those that run, as at an upgrade, gets its connections.
 * @param bounds as the store says; undefined: an embedded store has none
 */
export function checkConnections(
  bounds: readonly ConnectionBound[] | undefined,
  { databasePoolSize, preparedStatements }: Pick<Config, "databasePoolSize" | "preparedStatements">,
): Finding[] {
  if (bounds === undefined) return [];
  const check = "store_connections";
  if (!preparedStatements) {
    return [
      information(
        check,
        "connections are not counted: without prepared statements a pooler is taken to stand between",
      ),
    ];
  }
  const opened = databasePoolSize + beside;
  const scarce = bounds.find(({ atMost, used }) => atMost - used < opened);
  if (scarce === undefined)
    return [passed(check, `one more process gets the ${opened} connections it opens at most`)];
  const { of, atMost, used } = scarce;
  return [
    warning(check, {
      message: `${limitOf[of]} allows ${atMost} connections and ${used} are used; one more process opens up to ${opened}`,
      cause:
        "An instance that starts beside those that run, as at an upgrade, may get too few: requests are answered 503.",
      fix: `Lower ${settings.databasePoolSize.name}, raise the limit, or end sessions that idle: docs/operations.md, TtiStoreOutOfConnections.`,
    }),
  ];
}
