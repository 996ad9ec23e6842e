// What the command prints once the sandbox runs: where it is, credentials to use it with, and what the seed made.
import { simulatedServices } from "../models/simulated_services.ts";
import type { SeedResult, SeedResultCredentials } from "../state/seed_result.ts";

/** Of S3 the sandbox has only what stands behind Access Grants: whoever pastes the lines keeps the buckets of AWS. */
const STAYS_AT_AWS = "s3";

/** @returns lines to print and to paste into a shell: variables that send only the simulated services here */
export function describeSandbox(url: string, seed: SeedResult): string {
  const parts = [
    `Page: ${url}/`,
    `Send the services it has to it, and no other:\n${exportsOf(endpointsOf(url))}\n` +
      `S3 still goes to AWS: AWS_ENDPOINT_URL_S3=${url} sends it here, too.`,
    ...Object.entries(seed.credentials).map(
      ([name, keys]) => `Credentials "${name}":\n${credentialLines(keys)}`,
    ),
    ...Object.entries(seed.connections).map(
      ([name, connection]) =>
        `Data accessor "${name}":\n  application      ${connection.applicationId} (${connection.applicationRegion})\n` +
        `  retriever        ${connection.retrieverId}\n` +
        `  IdC application  ${connection.idcApplicationArn} (${connection.idcRegion})`,
    ),
  ];
  return parts.join("\n\n");
}

/** @returns a variable a service. S3 Control's clients write the account before the host, which takes a name, no address. */
function endpointsOf(url: string): [string, string][] {
  const named = url.replace(/\/\/(127\.0\.0\.1|\[::1\])(?=:|$)/, "//localhost");
  return simulatedServices
    .filter(({ name }) => name !== STAYS_AT_AWS)
    .map(({ name, variable }) => [`AWS_ENDPOINT_URL_${variable}`, name === "s3control" ? named : url]);
}

/** @returns lines that set what AWS's tools read: a role's credentials with their session token, a user's without one of before */
function credentialLines({ accessKeyId, secretAccessKey, sessionToken }: SeedResultCredentials): string {
  const keys = exportsOf([
    ["AWS_ACCESS_KEY_ID", accessKeyId],
    ["AWS_SECRET_ACCESS_KEY", secretAccessKey],
  ]);
  const session =
    sessionToken === undefined
      ? "  unset AWS_SESSION_TOKEN"
      : exportsOf([["AWS_SESSION_TOKEN", sessionToken]]);
  return `${keys}\n${session}`;
}

function exportsOf(variables: readonly (readonly [string, string])[]): string {
  return variables.map(([name, value]) => `  export ${name}=${value}`).join("\n");
}
