// Owns the private key a client on this machine signs with: made here, kept in a file only its owner reads.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { makeDataDirectory } from "../db/data_directory.ts";
import { OperationError } from "../errors.ts";
import { decodeFileText } from "../input/file_text.ts";

/** A client of the provider as a command acts for it. */
export interface ClientKey {
  clientId: string;
  /** RSA private key, with `kid` and `alg`. */
  privateJwk: JWK;
}

/** A new key pair for a client that signs its assertions (RS256, RSA-2048). */
export async function generateClientKey(): Promise<{ privateJwk: JWK; publicJwk: JWK }> {
  const { privateKey } = await generateKeyPair("RS256", {
    extractable: true,
    modulusLength: 2048,
  });
  const jwk = await exportJWK(privateKey);
  const privateJwk = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: "RS256", use: "sig" };
  return { privateJwk, publicJwk: publicJwkOf(privateJwk) };
}

/** The public half of a private key: what is registered. */
export function publicJwkOf(privateJwk: JWK): JWK {
  const { kty, n, e, kid, alg } = privateJwk;
  return Object.fromEntries(
    Object.entries({ kty, n, e, kid, alg, use: "sig" }).filter(([, value]) => value !== undefined),
  );
}

/**
 * Keeps the key of a client that is about to be registered, or to get another, in a file that only its owner reads. The file is written first:
 * a client whose key went nowhere would be registered for nobody.
 * @param path a file that does not exist yet
 * @param register registers the client, or its key
 * @param idOf the client's id, of what `register` answers
 * @throws OperationError invalid_input if the file cannot be written, and nothing is registered; what `register` throws,
 *   and there is no file
 */
export async function keepClientKey<Registered>(
  path: string,
  privateJwk: JWK,
  register: () => Promise<Registered>,
  idOf: (registered: Registered) => string,
): Promise<Registered> {
  makeDataDirectory(dirname(path), "--key-out");
  const text = (clientId: string) =>
    `${JSON.stringify({ clientId, privateJwk } satisfies ClientKey, undefined, 2)}\n`;
  try {
    writeFileSync(path, text(""), { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw new OperationError("invalid_input", `The key file ${path} cannot be written.`, {
      field: "key-out",
      fix: "Name a file that does not exist yet, in a folder you may write to.",
      cause,
    });
  }
  let registered: Registered;
  try {
    registered = await register();
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  writeFileSync(path, text(idOf(registered)));
  return registered;
}

/**
 * Reads a client's key from its file.
 * @throws OperationError invalid_input, without any of the file's content
 */
export function readClientKey(path: string): ClientKey {
  const problem = (message: string) =>
    new OperationError("invalid_input", message, {
      field: "client-key",
      fix: "Name its file with --client-key FILE. To make one: tti client create --id back-end --mint-for TENANT --key-out FILE",
    });
  let content: unknown;
  try {
    content = JSON.parse(decodeFileText(readFileSync(path)) ?? "");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw problem(
      missing ? `There is no client key at ${path}.` : `The client key at ${path} is not readable.`,
    );
  }
  const { clientId, privateJwk } = (content ?? {}) as Partial<ClientKey>;
  if (typeof clientId !== "string" || typeof privateJwk?.d !== "string") {
    throw problem(`${path} holds no client key.`);
  }
  return { clientId, privateJwk };
}
