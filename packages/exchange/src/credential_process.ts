// Credentials in the JSON that `credential_process` of an AWS profile expects.

import type { SessionCredentials } from "./aws/assume_role.ts";

/**
 * What the program prints.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export interface CredentialProcessOutput {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** ISO 8601; the SDK calls the process again after it. */
  readonly Expiration: string;
}

/** Writes a session's credentials as `credential_process` expects them. */
export function toCredentialProcess(
  credentials: Omit<SessionCredentials, "accountId">,
): CredentialProcessOutput {
  return {
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration.toISOString(),
  };
}
