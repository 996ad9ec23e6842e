// Owns under which name the console answers. A page of any site can be made to resolve to this machine (DNS rebinding):
// only a request that names the console's own host is one to the console. Pure.
import { isLoopbackHost } from "../../input/web_address.ts";

/**
 * The origin the console is served at.
 * @param given TTI_ADMIN_URL, if it is set
 * @param adminHost where the admin port listens
 * @param port on which it does
 * @returns undefined where nobody said under which name browsers reach it
 */
export function consoleOrigin(
  { adminUrl, adminHost }: { adminUrl: string | undefined; adminHost: string },
  port: number,
): string | undefined {
  if (adminUrl !== undefined) return new URL(adminUrl).origin;
  const name = adminHost.includes(":") ? `[${adminHost}]` : adminHost;
  return isLoopbackHost(name) ? `http://${name}:${port}` : undefined;
}

/** What is done with a request by the host it names. */
export type HostDecision = "serve" | "refuse" | { goTo: string };

/**
 * Judges a request by the host it names.
 * @param host the Host header
 * @param origin the console's own
 * @returns the same machine under another of its names is sent to the right one, and nobody else anywhere
 */
export function decideHost(host: string | undefined, origin: string): HostDecision {
  const own = new URL(origin);
  const named = host?.toLowerCase();
  if (named === own.host) return "serve";
  const colon = named?.lastIndexOf(":") ?? -1;
  const [name, port] = [named?.slice(0, colon) ?? "", named?.slice(colon + 1)];
  const sameMachine = isLoopbackHost(own.hostname) && isLoopbackHost(name) && port === own.port;
  return sameMachine ? { goTo: `${origin}/console` } : "refuse";
}
