// Owns the judgement of the client that AWS is told to take tokens of: is it there, may it be used, does AWS take its
// signatures? Pure; the log at the start and the doctor say the same.
import type { Client } from "./client_store.ts";

/** What is wrong with it, why it matters, what to do. */
export interface AwsClientFault {
  message: string;
  cause: string;
  fix: string;
}

/**
 * Judges the client of TTI_CLIENT_ID.
 * @param clientId the setting
 * @param client what the store has of this id
 * @returns undefined if ID tokens for AWS can be made for it
 */
export function faultOfAwsClient(
  clientId: string,
  client: Pick<Client, "metadata" | "disabledAtMs"> | undefined,
): AwsClientFault | undefined {
  if (client === undefined) {
    return {
      message: `No client has the id ${clientId}`,
      cause:
        "TTI_CLIENT_ID is the audience registered with AWS; tokens can only be made for a client that exists.",
      fix: `Register it: tti client create --id ${clientId} --first-party --redirect-uri https://… If another client is the one, correct TTI_CLIENT_ID.`,
    };
  }
  if (client.disabledAtMs !== null) {
    return {
      message: `The client ${clientId} is disabled`,
      cause: "TTI_CLIENT_ID is the audience registered with AWS; nothing is made for a disabled client.",
      fix: `Enable it: tti client enable ${clientId}`,
    };
  }
  const alg = client.metadata.id_token_signed_response_alg ?? "RS256";
  if (alg !== "RS256") {
    return {
      message: `The client ${clientId} wants ID tokens signed with ${alg}`,
      cause: "IAM Identity Center takes RS256 only.",
      fix: "Register it with id_token_signed_response_alg RS256.",
    };
  }
  return undefined;
}
