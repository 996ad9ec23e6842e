// Owns opening what the key commands work with: the store, the secrets, the key policy, AWS KMS if it is used.
import type { KeysContext } from "../admin/operations/keys.ts";
import type { Config } from "../config.ts";
import { loadSecrets } from "../provider/assembly/installation_secrets.ts";
import { createFactorSeals } from "../provider/factors/factor_seals.ts";
import { keyPolicyOf } from "../provider/keys/policy.ts";
import { createKeySealer } from "../provider/keys/seal.ts";
import { openKmsKeys } from "../provider/keys/signer_kms.ts";
import { withAdministration } from "./administration.ts";

/** Opens the key administration, does the work, and closes it. */
export function withKeyAdministration<T>(
  work: (context: KeysContext, config: Config) => Promise<T>,
): Promise<T> {
  return withAdministration(async (context, config) => {
    const kms = config.kmsKeyId === undefined ? undefined : await openKmsKeys({ keyId: config.kmsKeyId });
    try {
      const secrets = loadSecrets(config);
      const sealed = { sealer: createKeySealer(secrets), factorSeals: createFactorSeals(secrets) };
      return await work({ ...context, policy: keyPolicyOf(config), ...sealed, kms }, config);
    } finally {
      kms?.close();
    }
  });
}
