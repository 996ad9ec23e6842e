// Owns acting as an ISV's back end for a user from the command line: which provider, which client key, which customer,
// which AWS. Beside a `tti dev` everything is found; elsewhere the settings say it.
import { join } from "node:path";
import type { ExchangeClient, SearchConnection } from "tti-exchange";
import { getAccessor } from "../accessors/accessor_store.ts";
import { connectionOf } from "../accessors/connection.ts";
import { showTenant } from "../admin/operations/tenants.ts";
import { showUser } from "../admin/operations/users.ts";
import type { Config } from "../config.ts";
import { OperationError } from "../errors.ts";
import { addressIn } from "../provider/tenants/person_in_tenant.ts";
import { withAdministration } from "./administration.ts";
import { type BackEndPlaces, issuersOwn, mintIdToken, openExchange } from "./back_end.ts";
import { readClientKey } from "./client_key.ts";
import { isvRoleArn } from "./dev/demo_content.ts";
import { type DevState, findDevState } from "./dev/dev_state.ts";

/** A user to act for, as the command line names them. */
export interface ActingFor {
  tenantId: string;
  /** The e-mail address as the ID token carries it. */
  email: string;
  /** The account's id. */
  subject: string;
}

/** What a command works with. */
export interface BackEnd {
  user: ActingFor;
  mint(): Promise<string>;
  /** The customer's data accessor, with our role. */
  connection(): Promise<SearchConnection>;
  openExchange(): ExchangeClient;
}

/** Options of every command that acts for a user. */
export const backEndOptions = {
  tenant: { type: "string" },
  user: { type: "string" },
  "client-key": { type: "string" },
} as const;

/**
 * Opens what is needed to act for a user, does the work, and closes it.
 * @throws OperationError naming what is missing; account_not_found, not_a_member
 */
export function withBackEnd<T>(
  options: { tenantId: string; user: string; clientKeyPath: string | undefined },
  work: (backEnd: BackEnd) => Promise<T>,
): Promise<T> {
  return withAdministration(async (context, config) => {
    const dev = config.mode === "development" ? findDevState(config.dataDir) : undefined;
    const places = findPlaces(config, dev, options.clientKeyPath);
    await showTenant(context, { id: options.tenantId });
    const account = await showUser(context, { user: options.user });
    const user = {
      tenantId: options.tenantId,
      email: addressIn(account, undefined) ?? options.user,
      subject: account.id,
    };
    const acting = work({
      user,
      mint: () => mintIdToken(places, user),
      connection: async () =>
        connectionOf(
          await getAccessor(context.db, options.tenantId, "default"),
          config.roleArn ?? (dev === undefined ? undefined : isvRoleArn),
        ),
      openExchange: () => openExchange(places, async () => user.subject),
    });
    return acting.catch((error: unknown) => {
      throw issuersOwn(error);
    });
  });
}

/**
 * Where and as whom to act: the demo's keys beside a `tti dev`, whatever else is set, and its local AWS unless
 * AWS_ENDPOINT_URL names one. An endpoint says where to ask, never with which credentials.
 * @throws OperationError unavailable beside a `tti dev` that never ran to its end
 */
export function findPlaces(
  config: Pick<Config, "issuer" | "clientId" | "tenantClaim" | "awsEndpointUrl" | "dataDir">,
  dev: DevState | undefined,
  clientKeyPath: string | undefined,
): BackEndPlaces {
  const client =
    clientKeyPath === undefined && dev !== undefined
      ? dev.cliClient
      : readClientKey(clientKeyPath ?? join(config.dataDir, "client-key.json"));
  const addresses = dev?.addresses;
  if (dev !== undefined && addresses === undefined) {
    throw new OperationError("unavailable", "tti dev has not run to its end here yet.", {
      fix: "Run: tti dev",
    });
  }
  return {
    issuer: addresses?.issuer ?? config.issuer,
    audience: config.clientId,
    tenantClaim: config.tenantClaim,
    client,
    ...(dev === undefined ? {} : { baseCredentials: dev.baseCredentials }),
    ...(addresses === undefined || config.awsEndpointUrl !== undefined
      ? {}
      : { awsEndpoint: addresses.sandboxUrl }),
  };
}
