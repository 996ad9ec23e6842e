// Owns what passkeys take from the installation's secrets: challenges, which say by a seal for which browser, what and until when
// they are, so that a page may be shown without writing anything; and the handle by which authenticators know a person.
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { passkeyRefusal } from "./passkey_refusal.ts";

/** What a challenge is for. */
const purposes = ["enrolment", "sign_in", "second_factor"] as const;
export type PasskeyPurpose = (typeof purposes)[number];

/** How long a challenge may be answered, in milliseconds. */
export const challengeLifeMs = 5 * 60_000;

/** What a challenge is bound to. */
export interface ChallengePlace {
  purpose: PasskeyPurpose;
  /** A secret that only the browser has: its random key, or the uid of its session. */
  browser: string;
  /** The sign-in or the account it is for. */
  of: string;
}

/** A challenge that was ours and is in its place; whether it was answered before, the store knows. */
export interface ReadChallenge {
  challenge: string;
  /** Epoch milliseconds. */
  expiresAtMs: number;
}

/** What is made with the installation's secrets. */
export interface PasskeySeals {
  /** Makes a challenge, base64url. */
  makeChallenge(place: ChallengePlace, now: Date): string;
  /**
   * Reads a challenge that came back.
   * @throws OperationError passkey_challenge_unknown, passkey_other_purpose, passkey_other_browser, passkey_challenge_expired
   */
  readChallenge(challenge: string, place: ChallengePlace, now: Date): ReadChallenge;
  /**
   * The handle of a person who has no passkey yet, base64url: always the same, and nothing to be read from it
   * (WebAuthn Level 3, section 14.6.1).
   */
  userHandleOf(account: { id: string; createdAtMs: number }): string;
}

// The parts of a challenge in bytes: when it ends, for what, at random, for which browser, where; and the seal over all.
const lengths = { endsAt: 6, purpose: 1, random: 16, browser: 16, of: 16, seal: 32 } as const;
const sealedLength = Object.values(lengths).reduce((sum, length) => sum + length, 0);

/**
 * Makes them.
 * @param secrets TTI_SECRETS, 32 bytes each, newest first: that one seals, each opens
 */
export function createPasskeySeals(secrets: readonly Uint8Array[]): PasskeySeals {
  const keys = secrets.map((secret) => derive(secret, "tti-provider passkey challenge"));
  const [newest] = keys;
  const [first] = secrets;
  if (newest === undefined || first === undefined) throw new Error("without a secret nothing is sealed");
  const handleKey = derive(first, "tti-provider passkey user handle");

  return {
    makeChallenge({ purpose, browser, of }, now) {
      const endsAt = Buffer.alloc(lengths.endsAt);
      endsAt.writeUIntBE(now.getTime() + challengeLifeMs, 0, lengths.endsAt);
      const said = Buffer.concat([
        endsAt,
        Buffer.from([purposes.indexOf(purpose)]),
        randomBytes(lengths.random),
        digest(browser, lengths.browser),
        digest(of, lengths.of),
      ]);
      return Buffer.concat([said, seal(newest, said)]).toString("base64url");
    },

    readChallenge(challenge, { purpose, browser, of }, now) {
      const bytes = Buffer.from(challenge, "base64url");
      if (bytes.length !== sealedLength || bytes.toString("base64url") !== challenge) throw unknown();
      const parts = partsOf(bytes);
      const said = bytes.subarray(0, sealedLength - lengths.seal);
      if (!keys.some((key) => timingSafeEqual(seal(key, said), parts.seal))) throw unknown();
      if (purposes[parts.purpose[0] ?? purposes.length] !== purpose)
        throw passkeyRefusal("passkey_other_purpose");
      const inPlace =
        parts.browser.equals(digest(browser, lengths.browser)) && parts.of.equals(digest(of, lengths.of));
      if (!inPlace) throw passkeyRefusal("passkey_other_browser");
      const expiresAtMs = parts.endsAt.readUIntBE(0, lengths.endsAt);
      if (expiresAtMs <= now.getTime()) throw passkeyRefusal("passkey_challenge_expired");
      return { challenge, expiresAtMs };
    },

    userHandleOf({ id, createdAtMs }) {
      return createHmac("sha256", handleKey)
        .update(JSON.stringify([id, createdAtMs]))
        .digest("base64url");
    },
  };
}

const derive = (secret: Uint8Array, what: string): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, "", what, 32));

function partsOf(bytes: Buffer): Record<keyof typeof lengths, Buffer> {
  let from = 0;
  const parts = Object.entries(lengths).map(([name, length]) => {
    from += length;
    return [name, bytes.subarray(from - length, from)];
  });
  return Object.fromEntries(parts) as Record<keyof typeof lengths, Buffer>;
}

const seal = (key: Buffer, said: Buffer): Buffer => createHmac("sha256", key).update(said).digest();

const digest = (text: string, length: number): Buffer =>
  createHash("sha256").update(text).digest().subarray(0, length);

const unknown = () => passkeyRefusal("passkey_challenge_unknown");
