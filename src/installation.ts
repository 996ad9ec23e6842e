// Owns the one value that a running installation is: its settings, and what was opened by them. server.ts makes it;
// who needs much of it takes it whole, who needs little says which parts.
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Database } from "./db/connect.ts";
import type { Log } from "./log.ts";

// Where it listens is between the settings and server.ts.
type Listening = "host" | "port" | "adminHost" | "adminPort";

/**
 * A running installation. Its `issuer`, `adminUrl` and `secrets` are those in use, also where the settings leave them
 * open.
 */
export interface Installation extends Omit<Config, "clientId" | Listening> {
  /** The client registered with AWS: the audience of every ID token that is exchanged there. */
  awsClientId: string;
  db: Database;
  clock: Clock;
  log: Log;
}

/** Some parts of it, for a function that needs no more. */
export type InstallationPart<Name extends keyof Installation> = Pick<Installation, Name>;

/** The two parts that whatever reads and writes needs. */
export type StoreAndClock = InstallationPart<"db" | "clock">;

/**
 * Makes the value.
 * @param config the settings
 * @param opened what was opened by them, and what of the settings came to be known since
 */
export function installationOf(
  { clientId, host: _host, port: _port, adminHost: _adminHost, adminPort: _adminPort, ...config }: Config,
  opened: StoreAndClock &
    InstallationPart<"log"> &
    Partial<InstallationPart<"issuer" | "secrets" | "adminUrl">>,
): Installation {
  return Object.freeze({ ...config, awsClientId: clientId, ...opened });
}
