// Owns the way back to the application: which one this browser came from last, and where it is. A page that cannot go
// on offers it, also when the sign-in it belonged to is gone. It decides nothing, so a cookie that names no client, or
// another one, costs no more than a link to an application that is registered here.
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import { uriOf } from "../../input/web_address.ts";
import type { ApplicationWay } from "../../views/pages.ts";
import { isOwnClient } from "./own_clients.ts";

/** Name of the cookie; the prefix keeps neighbouring hosts from setting it (RFC 6265bis section 4.1.3). */
export function applicationCookieName(issuer: string): string {
  return issuer.startsWith("https:") ? "__Host-tti_application" : "tti_application";
}

/** How long a browser remembers the application, in milliseconds. */
export const applicationCookieMs = 86_400_000;

const clientIdPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * What the cookie is to hold after an authorization request.
 * @param clientId as the request names it; need not exist
 * @returns undefined for what can be no client id
 */
export function applicationCookieValue(clientId: string | null | undefined): string | undefined {
  if (isOwnClient(clientId) || !clientIdPattern.test(clientId ?? "")) return undefined;
  return encodeURIComponent(clientId ?? "");
}

/** The application a cookie names; undefined where there is none, or the store does not answer. */
export async function findApplication(
  provider: Provider,
  cookieValue: string | undefined,
): Promise<ApplicationWay | undefined> {
  if (cookieValue === undefined) return undefined;
  try {
    const client = await provider.Client.find(decodeURIComponent(cookieValue));
    return client === undefined ? undefined : applicationWay(client);
  } catch {
    return undefined;
  }
}

/**
 * Where an application is: the home page it registered, or else the root of the host its sign-ins return to.
 * @returns undefined for an application without a web address (a native one)
 */
export function applicationWay(client: Client): ApplicationWay | undefined {
  const url =
    client.clientUri ??
    (client.redirectUris ?? []).map((uri) => webOrigin(uri)).find((one) => one !== undefined);
  return url === undefined ? undefined : { name: client.clientName ?? client.clientId, url };
}

function webOrigin(uri: string): string | undefined {
  const url = uriOf(uri);
  return url?.protocol === "https:" || url?.protocol === "http:" ? `${url.origin}/` : undefined;
}
