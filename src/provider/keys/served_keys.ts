// Owns turning key rows into what an instance serves: opened, proven keys for the provider and the public JWKS,
// with a fingerprint that changes whenever either does.
import { createHash } from "node:crypto";
import { OperationError } from "../../errors.ts";
import type { KeySet, KeyState } from "./key_set.ts";
import type { KeyRow } from "./key_store.ts";
import type { KeySealer } from "./seal.ts";
import { damagedKey, ProviderKey, type PublicJwk, parsePublicJwk, type Signer } from "./signer.ts";
import type { SignerChoice } from "./signer_choice.ts";
import type { KmsKeys } from "./signer_kms.ts";
import { openLocalSigner } from "./signer_local.ts";

/** The keys an instance serves from one change to the next. */
export interface ServedKeys {
  /** Changes with the signing key and with what is published. */
  fingerprint: string;
  /** Null while nothing may sign. */
  signingKid: string | null;
  /** `jwks.keys` of oidc-provider, the signing key first; needs `features.externalSigningSupport`. */
  providerJwks: ProviderKey[];
  /** `keys` of the JWKS document, in the same order. */
  publicJwks: PublicJwk[];
}

/** A key that cannot do its part, and why. */
export interface KeyFault {
  kid: string;
  /** Whether an instance must not start with it. */
  fatal: boolean;
  error: Error;
}

/** Opens signers and remembers them, so that a key is opened and proven once. */
export interface SignerCache {
  /** @throws OperationError `signing_key_unreadable` or `signing_unavailable` */
  open(row: KeyRow, publicJwk: PublicJwk): Promise<Signer>;
}

/** A cache of signers over this installation's secrets and KMS. */
export function createSignerCache(sealer: KeySealer, kms: KmsKeys | undefined): SignerCache {
  const opened = new Map<string, Signer>();
  return {
    async open(row, publicJwk) {
      const known = opened.get(row.kid);
      if (known !== undefined) return known;
      const signer = await openSigner(row, publicJwk, sealer, kms);
      opened.set(row.kid, signer);
      return signer;
    },
  };
}

async function openSigner(
  row: KeyRow,
  publicJwk: PublicJwk,
  sealer: KeySealer,
  kms: KmsKeys | undefined,
): Promise<Signer> {
  if (row.sealedPrivateJwk !== null) return openLocalSigner(sealer, publicJwk, row.sealedPrivateJwk);
  if (row.kmsKeyId === null) throw damagedKey(`Signing key ${row.kid} has lost its private half.`);
  if (kms !== undefined) return kms.openSigner(publicJwk, row.kmsKeyId);
  throw new OperationError(
    "invalid_config",
    `Signing key ${row.kid} lives in AWS KMS (${row.kmsKeyId}), but TTI_KMS_KEY_ID is not set.`,
    {
      field: "TTI_KMS_KEY_ID",
      fix: "Set TTI_KMS_KEY_ID until a key kept in the store signs (`tti key rotate --local` starts that).",
    },
  );
}

/**
 * Opens what a key set publishes and what may sign.
 * @param guard wraps the signer: the ring's check before each signature
 * @param failingKid a key whose signer failed last: another that may sign goes before it
 * @returns the keys to serve, and every key that could not do its part
 */
export async function openServedKeys(
  keySet: KeySet<KeyRow>,
  choice: SignerChoice<KeyRow>,
  signers: SignerCache,
  guard: (publicJwk: PublicJwk, signer: Signer) => Signer,
  failingKid?: string,
): Promise<{ served: ServedKeys; faults: KeyFault[] }> {
  const faults: KeyFault[] = [];
  const opened: { key: KeyState<KeyRow>; publicJwk: PublicJwk; signer: Signer | undefined }[] = [];
  for (const key of keySet.published) {
    const { row } = key;
    const publicJwk = await attempt(parsePublicJwk(row.kid, row.publicJwkText), (error) => {
      faults.push({ kid: row.kid, fatal: true, error });
    });
    if (publicJwk === undefined) continue;
    // The next key is opened too: a fault found while it is not needed yet is a warning, not an outage.
    const mayHaveToSign = key.phase !== "previous" || choice.candidates.includes(key);
    const opening = mayHaveToSign ? signers.open(row, publicJwk) : undefined;
    const signer = await attempt(opening, (error) => {
      faults.push({ kid: row.kid, fatal: isFatal(key, error), error });
    });
    opened.push({ key, publicJwk, signer });
  }
  const able = choice.candidates
    .map((candidate) => opened.find((entry) => entry.key === candidate))
    .filter((entry) => entry?.signer !== undefined);
  const signing = able.find((entry) => entry?.publicJwk.kid !== failingKid) ?? able[0];
  const ordered = signing === undefined ? opened : [signing, ...opened.filter((entry) => entry !== signing)];
  const providerJwks = ordered.map(({ publicJwk, signer }, index) =>
    index === 0 && signing !== undefined && signer !== undefined
      ? new ProviderKey(publicJwk, guard(publicJwk, signer))
      : new ProviderKey(publicJwk),
  );
  const publicJwks = ordered.map((entry) => entry.publicJwk);
  const signingKid = signing?.publicJwk.kid ?? null;
  const fingerprint = fingerprintOf(signingKid, publicJwks);
  return { served: { fingerprint, signingKid, providerJwks, publicJwks }, faults };
}

async function attempt<T>(
  work: Promise<T> | undefined,
  onError: (error: Error) => void,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

// A predecessor's private half is a reserve, and KMS out of reach for a key whose turn has not come is no
// reason to stay down. Anything else is.
function isFatal(key: KeyState<KeyRow>, error: Error): boolean {
  if (key.phase === "previous") return false;
  const unavailable = error instanceof OperationError && error.code === "signing_unavailable";
  return key.phase === "current" || !unavailable;
}

function fingerprintOf(signingKid: string | null, publicJwks: readonly PublicJwk[]): string {
  const content = JSON.stringify([signingKid, publicJwks.map((jwk) => jwk.kid)]);
  return createHash("sha256").update(content).digest("base64url").slice(0, 16);
}
