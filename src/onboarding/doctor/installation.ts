// Owns reading what the doctor asks of this installation: keys, client, tenants, domains. Nothing is judged here.
import { countRefusedSignIns, listAttackKinds } from "../../audit/attacks_store.ts";
import type { Config } from "../../config.ts";
import type { Database } from "../../db/connect.ts";
import { saveProbe } from "../../db/probe_store.ts";
import type { AttackKind } from "../../observability/throttle_kinds.ts";
import { listSharedAddresses, type SharedAddress } from "../../provider/accounts/shared_address_store.ts";
import { loadSecrets } from "../../provider/assembly/installation_secrets.ts";
import { type Client, findClient } from "../../provider/clients/client_store.ts";
import { createFactorSeals } from "../../provider/factors/factor_seals.ts";
import { countOldSeals, type OldSeals } from "../../provider/factors/reseal_factors.ts";
import { describeKeys, type KeyStatus } from "../../provider/keys/key_status.ts";
import { listInstances, listKeys } from "../../provider/keys/key_store.ts";
import { keyPolicyOf } from "../../provider/keys/policy.ts";
import { createKeySealer } from "../../provider/keys/seal.ts";
import { listDomains } from "../../provider/tenants/domain_store.ts";
import { listTenants, type Tenant } from "../../provider/tenants/tenant_store.ts";

/** What the settings and the store say. */
export interface Installation {
  config: Config;
  keys: KeyStatus;
  /** Keys that no secret opens: kid → why. */
  unreadableKeys: ReadonlyMap<string, string>;
  /** People's authenticator apps that the first secret does not open. */
  apps: OldSeals;
  /** The client registered with AWS; undefined if there is none of its id. */
  awsClient: Pick<Client, "metadata" | "disabledAtMs"> | undefined;
  /** Enabled tenants. */
  tenants: readonly Tenant[];
  tenantsWithDomain: ReadonlySet<string>;
  /** Claimed domains that wait for their proof: tenant → the first of them. */
  waitingDomains: ReadonlyMap<string, string>;
  /** Of the last hour: attempts to sign in that were refused, and the attacks that were told of. */
  signIns: { refused: number; attacks: readonly AttackKind[] };
  /** Addresses that several members of one tenant carry. */
  sharedAddresses: readonly SharedAddress[];
}

/**
 * Reads an installation.
 * @throws StoreUnavailable of a store that takes no writes as well: whoever only reads would call it well
 */
export async function readInstallation(db: Database, config: Config, now: Date): Promise<Installation> {
  await saveProbe(db, now.getTime());
  const anHourAgoMs = now.getTime() - 3_600_000;
  const [keyRows, instances, client, tenants, domains, sharedAddresses, refused, attacks] = await Promise.all(
    [
      listKeys(db),
      listInstances(db),
      findClient(db, config.clientId),
      allTenants(db),
      listDomains(db),
      listSharedAddresses(db),
      countRefusedSignIns(db, anHourAgoMs),
      listAttackKinds(db, anHourAgoMs),
    ],
  );
  const secrets = loadSecrets(config);
  const sealer = createKeySealer(secrets);
  const unreadableKeys = new Map<string, string>();
  for (const { kid, sealedPrivateJwk } of keyRows) {
    if (sealedPrivateJwk === null) continue;
    await sealer.open(kid, sealedPrivateJwk).catch((error: Error) => unreadableKeys.set(kid, error.message));
  }
  return {
    config,
    keys: describeKeys(keyRows, instances, now.getTime(), keyPolicyOf(config)),
    unreadableKeys,
    apps: await countOldSeals(db, createFactorSeals(secrets)),
    awsClient: client,
    signIns: { refused, attacks },
    sharedAddresses,
    tenants: tenants.filter(({ disabledAtMs }) => disabledAtMs === null),
    tenantsWithDomain: new Set(
      domains.filter(({ verifiedAtMs }) => verifiedAtMs !== null).map(({ tenantId }) => tenantId),
    ),
    waitingDomains: new Map(
      domains
        .filter(({ verifiedAtMs }) => verifiedAtMs === null)
        .toReversed()
        .map(({ tenantId, domain }) => [tenantId, domain]),
    ),
  };
}

async function allTenants(db: Database): Promise<Tenant[]> {
  const all: Tenant[] = [];
  const limit = 500;
  for (;;) {
    const afterId = all.at(-1)?.id;
    const page = await listTenants(db, afterId === undefined ? { limit } : { limit, afterId });
    all.push(...page);
    if (page.length < limit) return all;
  }
}
