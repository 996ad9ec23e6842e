// Owns the operations on the signing keys. What each does, and in which order, is in provider/keys; rotation in an
// emergency says what it breaks.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import type { FactorSeals } from "../../provider/factors/factor_seals.ts";
import { resealFactors } from "../../provider/factors/reseal_factors.ts";
import type { KeyPhase } from "../../provider/keys/key_set.ts";
import type { KeyStatus } from "../../provider/keys/key_status.ts";
import * as keys from "../../provider/keys/operations.ts";
import type { EmergencyRotation, NewKeySource, PlannedRotation } from "../../provider/keys/rotate.ts";
import { rotateKeys, rotateKeysInEmergency } from "../../provider/keys/rotate.ts";
import { adminChange, adminOwn, adminRead } from "../administrators/roles.ts";
import { operationsIn } from "./entry.ts";
import type { OperationContext } from "./operation.ts";

/** What operations on keys work with. */
export interface KeysContext extends OperationContext, keys.KeyOperationContext {
  /** Lets the instance that answers serve the keys as they are now; absent: no instance answers, but a command. */
  followKeys?(): Promise<void>;
  /** Seals and opens authenticator apps' secrets. */
  factorSeals: FactorSeals;
}

// The others see it at their next poll; the one that was asked must not sign once more with what was given up.
const afterwards = async ({ followKeys }: KeysContext): Promise<void> => followKeys?.();

const keyOperation = operationsIn<KeysContext>();
const permission = adminChange;
const kid = z.string().describe("The key's id.");
const moment = z.int().nullable();

// Where a new key comes from, if not from where keys are kept now.
const source = {
  kmsKeyId: z.string().max(2048).optional().describe("This AWS KMS key: id, ARN or alias."),
  createKmsKey: z.boolean().optional().describe("A KMS key made now (needs kms:CreateKey)."),
  local: z.boolean().optional().describe("The store, although TTI_KMS_KEY_ID is set."),
};

/** Says what each key does, and what each instance serves. */
export const keyStatus = keyOperation({
  name: "key status",
  summary: "Say what each signing key does, and what each instance serves",
  permission: adminRead,
  events: [],
  input: z.strictObject({}),
  output: z.looseObject({
    nowMs: z.int(),
    signingKid: z.string().nullable().describe("The key that signs."),
    waitingFor: z.array(z.string()).describe("Instances that lack the key that would sign."),
    keys: z.array(
      z.looseObject({
        kid,
        phase: z.string().describe("next, current, previous, gone or revoked."),
        kept: z.enum(["store", "kms", "destroyed"]).describe("Where its private half is."),
        publishedSinceMs: z.int(),
        maySignAtMs: z.int(),
        stopsSigningAtMs: moment,
        leavesJwksAtMs: moment,
        revokedAtMs: moment,
      }),
    ),
    instances: z.array(
      z.looseObject({ instanceId: z.string(), live: z.boolean(), lacks: z.array(z.string()) }),
    ),
    warnings: z.array(z.string()).describe("What needs attention, each a sentence."),
  }) as unknown as z.ZodType<KeyStatus>,
  http: [{ method: "get", path: "/v1/keys" }],
  run: (_db, _input, act) => keys.getKeyStatus(act),
});

/** Lets the next key sign sooner; nothing breaks. @throws OperationError key_in_use, signing_key_unreadable */
export const rotate = keyOperation({
  name: "key rotate",
  summary: "Let the next signing key sign sooner; nothing breaks",
  permission,
  events: ["key.rotated", "key.revoked", "key.destroyed"],
  ownTransaction: "a key may be made at AWS KMS first, and no transaction waits for that",
  input: z.strictObject(source),
  output: z.strictObject({
    kid,
    maySignAtMs: z.int().describe("From when it signs."),
    replacedKid: z.string().nullable().describe("The next key whose place it took."),
  }) as unknown as z.ZodType<PlannedRotation>,
  http: [{ method: "post", path: "/v1/keys/rotate" }],
  afterwards,
  run(_db, wanted, act) {
    assertKmsIsUsed(wanted, act);
    return rotateKeys(act, wanted);
  },
});

/**
 * Gives up a leaked key now; tokens signed with it are refused, and the answer says what fails meanwhile.
 * @throws OperationError key_in_use, signing_key_unreadable
 */
export const rotateInEmergency = keyOperation({
  name: "key rotate-emergency",
  summary: "Give up the signing key now, because it has leaked",
  permission: adminOwn,
  events: ["key.rotated", "key.revoked", "key.destroyed"],
  ownTransaction: "a key may be made at AWS KMS first, and no transaction waits for that",
  input: z.strictObject({
    ...source,
    keepNext: z.boolean().optional().describe("The next key is safe: let it sign now."),
    secretLost: z.boolean().optional().describe("The secret that sealed the keys is lost for good."),
  }),
  output: z.strictObject({
    kid,
    revokedKids: z.array(z.string()),
    effects: z.looseObject({
      sentences: z.array(z.string()).describe("What this breaks, and for how long."),
    }),
  }) as unknown as z.ZodType<EmergencyRotation>,
  http: [{ method: "post", path: "/v1/keys/rotate-emergency" }],
  afterwards,
  run(_db, { keepNext = false, secretLost = false, ...from }, act) {
    assertKmsIsUsed(from, act);
    return rotateKeysInEmergency(act, { keepNext, secretLost, source: from });
  },
});

// Said as a fault of what was asked: whoever asks over HTTP has not set the settings.
function assertKmsIsUsed({ kmsKeyId, createKmsKey }: NewKeySource, { kms }: Pick<KeysContext, "kms">): void {
  if (kms !== undefined || (kmsKeyId === undefined && createKmsKey !== true)) return;
  const field = kmsKeyId === undefined ? "createKmsKey" : "kmsKeyId";
  throw new OperationError("invalid_input", `${field} asks for a KMS key, and TTI_KMS_KEY_ID is not set.`, {
    field,
    fix: "Set it to the KMS key for every instance; they take it into the succession by themselves.",
  });
}

/** Takes a key that does not sign out of the JWKS now. @throws OperationError key_not_found, key_in_use */
export const revoke = keyOperation({
  name: "key revoke",
  summary: "Take a key that does not sign out of the JWKS now",
  permission: adminOwn,
  events: ["key.revoked", "key.destroyed"],
  input: z.strictObject({ kid }),
  output: z.strictObject({
    kid,
    phase: z.string().describe("What it was.") as unknown as z.ZodType<KeyPhase>,
    validTokensUntilMs: moment.describe(
      "Until when tokens signed with it would have been valid; null: there are none.",
    ),
  }),
  http: [{ method: "post", path: "/v1/keys/:kid/revoke" }],
  afterwards,
  run: (_trx, wanted, act) => keys.revokeKey(act, wanted.kid),
});

/**
 * Seals every private key with the first of TTI_SECRETS, and some authenticator apps' secrets: those after `after`.
 * @throws OperationError signing_key_unreadable
 */
export const reseal = keyOperation({
  name: "key reseal",
  summary: "Seal the private keys, and authenticator apps' secrets, with the first of TTI_SECRETS",
  permission,
  events: ["key.resealed"],
  input: z.strictObject({
    after: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe("Go on with the apps after this account: nextAfter of the answer before."),
  }),
  output: z.strictObject({
    resealed: z.array(z.string()).describe("Keys that were sealed anew."),
    unchanged: z.array(z.string()),
    factors: z.strictObject({
      resealed: z.int().describe("Authenticator apps whose secrets were sealed anew."),
      unreadable: z.int().describe("Those that no secret of TTI_SECRETS opens."),
      nextAfter: z.string().nullable().describe("Ask again with this as after; null: that was all."),
    }),
  }),
  http: [{ method: "post", path: "/v1/keys/reseal" }],
  async run(trx, { after }, act) {
    const done = await keys.resealKeys(act);
    const factors = await resealFactors(trx, act.factorSeals, { after });
    if (done.resealed.length + factors.resealed > 0) {
      const details = { keys: done.resealed.length, factors: factors.resealed };
      await act.record({ type: "key.resealed", details });
    }
    return { ...done, factors };
  },
});
