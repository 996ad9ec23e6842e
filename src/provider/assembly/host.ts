// Owns which Provider serves: the current one, and the next when the keys change. A request ends on the
// Provider it began with; sessions, codes and interactions are in the store, so nothing is lost.
import type Provider from "oidc-provider";
import type { ProviderHost } from "../library/provider_host.ts";

/**
 * Makes a host with its first Provider.
 * @param build makes a Provider from the keys as they are now
 */
export function createProviderHost(build: () => Provider): ProviderHost {
  let serving = start(build);
  return {
    current: () => serving.provider,
    serve: (request, response) => serving.callback(request, response),
    replace() {
      serving = start(build);
    },
  };
}

function start(build: () => Provider) {
  const provider = build();
  return { provider, callback: provider.callback() };
}
