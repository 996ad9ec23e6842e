// The access portal as its SDK speaks it: nothing signed, the access token in a header.

/** An answer of the portal. */
export type PortalAnswer = { status: number; code: string | null; body: Record<string, unknown> };

/** @param query members as the portal spells them, e.g. `account_id` */
export async function callPortal(
  url: string,
  method: "GET" | "POST",
  path: string,
  accessToken: string,
  query: Record<string, string> = {},
): Promise<PortalAnswer> {
  const answer = await fetch(`${url}/${path}?${new URLSearchParams(query)}`, {
    method,
    headers: { "x-amz-sso_bearer_token": accessToken },
  });
  const body = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, code: answer.headers.get("x-amzn-errortype"), body };
}
