// Keys: CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion.
// RSA keys that sign and verify, which is what a token issuer needs; other specifications are refused.

import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { KmsKey } from "../../state/iam_entities.ts";
import { defaultKeyPolicy, parseKeyPolicy } from "./key_policies.ts";
import {
  assertNotPendingDeletion,
  getKey,
  type KeyInput,
  keyResource,
  keysOf,
  type ListInput,
  list,
} from "./lookup.ts";
import { refuse } from "./refuse.ts";
import { signingAlgorithms } from "./signing_algorithms.ts";
import { keepTags, type WireTag } from "./tags.ts";

type CreateInput = {
  Policy?: string;
  Description?: string;
  KeyUsage?: string;
  CustomerMasterKeySpec?: string;
  KeySpec?: string;
  Origin?: string;
  Tags?: WireTag[];
  MultiRegion?: boolean;
  CustomKeyStoreId?: string;
  XksKeyId?: string;
};

const modulusBits: Readonly<Record<string, number>> = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 };
const dayMs = 86_400_000;

/** The operations of this family. */
export const keyOperations = family("kms", {
  CreateKey: {
    authorize: "anyResource",
    async run(input: CreateInput, context) {
      const { world, ids, accountId, region, clock } = context;
      const keySpec = input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
      const keyUsage = input.KeyUsage ?? "ENCRYPT_DECRYPT";
      const bits = assertSupported(input, keySpec, keyUsage);
      const keyId = ids.uuid();
      const arn = `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
      const keyPolicy =
        input.Policy === undefined ? defaultKeyPolicy(accountId) : parseKeyPolicy(input.Policy);
      const tags = keepTags(input.Tags ?? []);
      const key: KmsKey = {
        keyId,
        arn,
        accountId,
        region,
        description: input.Description ?? "",
        keySpec,
        keyUsage,
        enabled: true,
        state: "Enabled",
        deletionAtMs: null,
        material: await generateMaterial(bits),
        keyPolicy,
        aliases: [],
        tags,
        createdAtMs: clock().getTime(),
      };
      world.kmsKeys.set(arn, key);
      return { KeyMetadata: describe(key) };
    },
  },

  DescribeKey: {
    authorize: keyResource,
    run: (input: KeyInput, context) => ({ KeyMetadata: describe(getKey(context, input.KeyId)) }),
  },

  ListKeys: {
    authorize: "anyResource",
    run(input: ListInput, context) {
      return list(context, input, keysOf(context), {
        as: "Keys",
        show: ({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn }),
      });
    },
  },

  EnableKey: {
    authorize: keyResource,
    run: (input: KeyInput, context) => setState(input, "Enabled", context),
  },

  DisableKey: {
    authorize: keyResource,
    run: (input: KeyInput, context) => setState(input, "Disabled", context),
  },

  ScheduleKeyDeletion: {
    authorize: keyResource,
    run(input: KeyInput & { PendingWindowInDays?: number }, context) {
      const key = getKey(context, input.KeyId, "key");
      assertNotPendingDeletion(key);
      const days = input.PendingWindowInDays ?? 30;
      if (days < 7 || days > 30) {
        throw refuse("ValidationException", "PendingWindowInDays must be between 7 and 30.", {
          rule: "key.pendingWindow",
          why: `The waiting period is ${days} days.`,
          fix: "Use 7 to 30 days (API reference, ScheduleKeyDeletion).",
        });
      }
      key.state = "PendingDeletion";
      key.enabled = false;
      key.deletionAtMs = context.clock().getTime() + days * dayMs;
      return {
        KeyId: key.arn,
        DeletionDate: new Date(key.deletionAtMs),
        KeyState: key.state,
        PendingWindowInDays: days,
      };
    },
  },

  CancelKeyDeletion: {
    authorize: keyResource,
    run(input: KeyInput, context) {
      const key = getKey(context, input.KeyId, "key");
      if (key.state !== "PendingDeletion") {
        throw refuse("KMSInvalidStateException", `${key.arn} is not pending deletion.`, {
          rule: "key.state",
          why: `The key is ${key.state}.`,
          fix: "There is nothing to cancel.",
        });
      }
      // A key that is rescued comes back disabled (API reference).
      key.state = "Disabled";
      key.deletionAtMs = null;
      return { KeyId: key.arn };
    },
  },
});

function setState(
  input: KeyInput,
  state: "Enabled" | "Disabled",
  context: OperationContext,
): Record<string, never> {
  const key = getKey(context, input.KeyId, "key");
  assertNotPendingDeletion(key);
  key.state = state;
  key.enabled = state === "Enabled";
  return {};
}

function assertSupported(input: CreateInput, keySpec: string, keyUsage: string): number {
  const bits = modulusBits[keySpec];
  const elsewhere = (input.Origin ?? "AWS_KMS") !== "AWS_KMS" || input.CustomKeyStoreId !== undefined;
  const plain = !elsewhere && !input.MultiRegion && input.XksKeyId === undefined;
  if (bits !== undefined && keyUsage === "SIGN_VERIFY" && plain) return bits;
  throw refuse(
    "UnsupportedOperationException",
    `The sandbox has no ${keySpec} keys for ${keyUsage} of that kind.`,
    {
      rule: "key.supported",
      why: "The sandbox has single-region RSA keys made in KMS that sign and verify.",
      fix: "Use KeySpec RSA_2048 with KeyUsage SIGN_VERIFY.",
    },
  );
}

async function generateMaterial(bits: number): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: bits });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function describe(key: KmsKey) {
  return {
    AWSAccountId: key.accountId,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: new Date(key.createdAtMs),
    Enabled: key.enabled,
    Description: key.description,
    KeyUsage: key.keyUsage,
    KeyState: key.state,
    DeletionDate: key.deletionAtMs === null ? undefined : new Date(key.deletionAtMs),
    Origin: "AWS_KMS",
    KeyManager: "CUSTOMER",
    CustomerMasterKeySpec: key.keySpec,
    KeySpec: key.keySpec,
    SigningAlgorithms: signingAlgorithms,
    MultiRegion: false,
  };
}
