// Owns the kinds of faults that are counted besides the store's (db/store_fault_kinds.ts): each by name, with what it means. Closed
// lists: metrics have a series for each. Names are labels of metrics: add, do not rename.

/** The operations of AWS KMS that this product calls. */
export const kmsOperations = ["Sign", "GetPublicKey", "CreateKey"] as const;
export type KmsOperation = (typeof kmsOperations)[number];

/** How a call of KMS fails. */
export const kmsFaultKinds = {
  silent: "no answer in time",
  unreachable: "no connection could be opened, or it was cut",
  denied: "this instance's credentials may not use the key, or there are none",
  throttled: "more calls than KMS takes of this account",
  key_gone: "the key is not there, disabled, about to be deleted, or of another use",
  wrong_signature: "a signature that the published key does not verify",
  other: "anything else",
} as const;
export type KmsFaultKind = keyof typeof kmsFaultKinds;

/** Why a signature was not made. */
export const unsignedReasons = {
  stale: "the keys could not be read, or the clock is in doubt",
  revoked: "the key is published no more",
  signer: "the key's keeper failed: KMS, or a private half that does not sign",
} as const;
export type UnsignedReason = keyof typeof unsignedReasons;
