// What the exchange must know of the ISV's own credentials, which an STS client signs with.

import type { STSClient } from "@aws-sdk/client-sts";
import type { Deadline } from "../deadline.ts";

/**
 * Whether the base credentials are a session themselves, so that AssumeRole is role chaining.
 *
 * @param seconds how long their provider, the ISV's function or the SDK's chain, may take
 * @throws Error `CredentialsProviderError`, which the failure catalogue explains; what the provider throws
 */
export async function areSession(sts: STSClient, seconds: number, deadline: Deadline): Promise<boolean> {
  const { step } = deadline.place;
  deadline.at(step, "the base credentials");
  const tooSlow = () =>
    Object.assign(new Error(`the base credentials were not there within ${seconds} seconds`), {
      name: "CredentialsProviderError",
    });
  const credentials = await deadline.limit(seconds, tooSlow, async () => await sts.config.credentials());
  deadline.at(step);
  return credentials.sessionToken !== undefined;
}
