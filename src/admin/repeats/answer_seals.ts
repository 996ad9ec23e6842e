// Owns how an answer rests in the store until its call is sent again: a JWE (direct, AES-256-GCM) that opens only under
// the key of its own call, because it may hold a secret that is otherwise told once.
import { hkdfSync } from "node:crypto";
import { CompactEncrypt, compactDecrypt } from "jose";

/** Seals answers with the first of the installation's secrets; opens what any of them sealed. */
export interface AnswerSeals {
  seal(idHash: string, answer: unknown): Promise<string>;
  /** @returns undefined if none of the secrets opens it */
  open(idHash: string, sealed: string): Promise<{ answer: unknown } | undefined>;
}

/** @param secrets 32-byte secrets (TTI_SECRETS), at least one */
export function createAnswerSeals(secrets: readonly Uint8Array[]): AnswerSeals {
  const keys = secrets.map(
    (secret) => new Uint8Array(hkdfSync("sha256", secret, "", "tti-provider repeated answer", 32)),
  );
  const [first = new Uint8Array()] = keys;
  return {
    seal: (idHash, answer) =>
      new CompactEncrypt(Buffer.from(JSON.stringify(answer)))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", sub: idHash })
        .encrypt(first),
    async open(idHash, sealed) {
      for (const key of keys) {
        const opened = await compactDecrypt(sealed, key).catch(() => undefined);
        if (opened?.protectedHeader["sub"] !== idHash) continue;
        return { answer: JSON.parse(Buffer.from(opened.plaintext).toString("utf8")) as unknown };
      }
      return undefined;
    },
  };
}
