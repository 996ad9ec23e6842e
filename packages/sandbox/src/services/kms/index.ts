// KMS as far as signing needs it, assembled.

import type { Operation } from "../../operation/operation.ts";
import { aliasOperations } from "./aliases.ts";
import { keyPolicyOperations } from "./key_policies.ts";
import { keyOperations } from "./keys.ts";
import { signatureOperations } from "./signatures.ts";
import { tagOperations } from "./tags.ts";

/** Every operation of kms. */
export const kmsOperations: readonly Operation[] = [
  ...keyOperations,
  ...signatureOperations,
  ...keyPolicyOperations,
  ...aliasOperations,
  ...tagOperations,
];
