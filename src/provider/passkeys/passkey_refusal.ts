// Owns how an answer of an authenticator is refused: a code of its own for each fault, in the catalogue's words.
import { type ErrorCode, errorCatalogue, OperationError } from "../../errors.ts";

/** The codes of refused passkeys. */
export type PasskeyRefusalCode = Extract<ErrorCode, `passkey_${string}`>;

/**
 * Makes a refusal.
 * @param cause what the verification said, for the log alone
 */
export function passkeyRefusal(code: PasskeyRefusalCode, cause?: unknown): OperationError {
  return new OperationError(code, errorCatalogue[code].meaning, cause === undefined ? {} : { cause });
}
