// What the command prints once the sandbox runs: where it is, credentials to use it with, and what the seed made.
import type { SeedResult, SeedResultCredentials } from "../state/seed_result.ts";

/** Services whose endpoint a client of the four calls has to be told. */
const ENDPOINT_VARIABLES = [
  "AWS_ENDPOINT_URL_STS",
  "AWS_ENDPOINT_URL_SSO_OIDC",
  "AWS_ENDPOINT_URL_QBUSINESS",
  "AWS_ENDPOINT_URL_SSO_ADMIN",
  "AWS_ENDPOINT_URL_IDENTITYSTORE",
  "AWS_ENDPOINT_URL_IAM",
  "AWS_ENDPOINT_URL_KMS",
];

/** @returns lines to print and to paste into a shell: variables that send only the simulated services here */
export function describeSandbox(url: string, seed: SeedResult): string {
  const parts = [
    `Page: ${url}/`,
    `Send the services it has to it, and no other:\n${exportsOf(ENDPOINT_VARIABLES.map((name) => [name, url]))}`,
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
