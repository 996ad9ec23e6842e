// Step 2: CreateTokenWithIAM in the customer's Identity Center region. One call, no retry; see aws_clients.ts.

import type { SSOOIDCClient } from "@aws-sdk/client-sso-oidc";

/** What is exchanged for an identity context. */
export type TokenGrant =
  | { readonly kind: "jwt-bearer"; readonly assertion: string }
  | { readonly kind: "refresh_token"; readonly refreshToken: string }
  | {
      readonly kind: "authorization_code";
      readonly code: string;
      readonly redirectUri: string;
      readonly codeVerifier: string;
    };

export interface CreateTokenOutput {
  /** `sts:identity_context`, for ProvidedContexts of step 3. */
  readonly identityContext: string;
  /** Present if the application has the refresh grant. */
  readonly refreshToken: string | undefined;
  /** The user's id in the customer's Identity Center, for logs and support. */
  readonly identityCenterUserId: string | undefined;
  readonly awsRequestId: string | undefined;
}

/** Calls CreateTokenWithIAM without a scope, which means all the application has; throws what the SDK throws. */
export async function createTokenWithIam(
  client: SSOOIDCClient,
  idcApplicationArn: string,
  grant: TokenGrant,
  signal: AbortSignal,
): Promise<CreateTokenOutput> {
  const { CreateTokenWithIAMCommand } = await import("@aws-sdk/client-sso-oidc");
  const output = await client.send(
    new CreateTokenWithIAMCommand({ clientId: idcApplicationArn, ...grantParameters(grant) }),
    { abortSignal: signal },
  );
  const claims = readClaims(output.idToken);
  const identityContext = output.awsAdditionalDetails?.identityContext ?? claims["sts:identity_context"];
  if (typeof identityContext !== "string" || identityContext === "") {
    throw new Error("CreateTokenWithIAM answered without an identity context");
  }
  const subject = claims["sub"];
  return {
    identityContext,
    refreshToken: output.refreshToken,
    identityCenterUserId: typeof subject === "string" ? subject : undefined,
    awsRequestId: output.$metadata.requestId,
  };
}

function grantParameters(grant: TokenGrant) {
  switch (grant.kind) {
    case "jwt-bearer":
      return { grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: grant.assertion };
    case "refresh_token":
      return { grantType: "refresh_token", refreshToken: grant.refreshToken };
    case "authorization_code":
      return {
        grantType: "authorization_code",
        code: grant.code,
        redirectUri: grant.redirectUri,
        codeVerifier: grant.codeVerifier,
      };
  }
}

/** Claims of Identity Center's own token. It came straight from AWS over TLS, so its signature is not needed. */
function readClaims(idToken: string | undefined): Record<string, unknown> {
  if (idToken === undefined) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
