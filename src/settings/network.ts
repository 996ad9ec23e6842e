// Owns the settings of the network around the provider, and of what is believed of it.
import { setting } from "./setting.ts";
import { dnsServers, flag, integer, networks } from "./setting_values.ts";

export const networkSettings = {
  trustedProxies: setting({
    name: "TTI_TRUSTED_PROXIES",
    doc: "How many proxies in front of the provider append to `X-Forwarded-For`. Only that many entries are believed, and only for the client's address: no header ever changes a URL. Too few, and all browsers count as one address; too many, and a client writes its own.",
    defaultText: "`0` in development",
    fallback: () => 0,
    parse: integer(0, 10),
    requiredInProduction:
      "Set it to how many proxies in front append to X-Forwarded-For (1 behind one proxy or load balancer; 0 if nothing in front writes that header)",
  }),
  mostConnections: setting({
    name: "TTI_CONNECTIONS",
    doc: "How many connections the public port of an instance holds at once; more are closed as they come, and those that lie idle give way first. Where no proxy stands in front (`TTI_TRUSTED_PROXIES=0`), one network holds half of them at most. Keep it below what the system lets a process have open (`ulimit -n`).",
    defaultText: "`4096`",
    fallback: () => 4096,
    parse: integer(16, 1_000_000),
  }),
  shutdownDelaySeconds: setting({
    name: "TTI_SHUTDOWN_DELAY",
    doc: "How long a stopping instance goes on serving after its readiness says 503, in seconds: the time the load balancer needs to notice.",
    defaultText: "`5`; `0` in development",
    fallback: (mode) => (mode === "production" ? 5 : 0),
    parse: integer(0, 300),
  }),
  shutdownLimitSeconds: setting({
    name: "TTI_SHUTDOWN_LIMIT",
    doc: "When a stopping instance ends at the latest, in seconds from the signal; what is not done by then is cut off, and the exit code is 1. Give your supervisor a little more.",
    defaultText: "`25`",
    fallback: () => 25,
    parse: integer(1, 3600),
  }),
  allowNetworks: setting<readonly string[]>({
    name: "TTI_ALLOW_NETWORKS",
    doc: "Comma-separated CIDR ranges that outgoing requests (a client's `jwks_uri`, back-channel logout) may reach although they are private.",
    fallback: () => [],
    parse: networks,
  }),
  requireVerifiedDomain: setting({
    name: "TTI_REQUIRE_VERIFIED_DOMAIN",
    doc: "Whether an address reaches a token only if its domain is verified for the tenant. Off opens the door to one tenant's users posing as another's at AWS.",
    defaultText: "`on`; `off` in development",
    fallback: (mode) => mode === "production",
    parse: flag,
  }),
  dnsServers: setting<readonly string[]>({
    name: "TTI_DNS_SERVERS",
    doc: "Comma-separated DNS servers, `address` or `address:port`, that are asked for the TXT record which proves a domain. For split DNS, and to try it.",
    defaultText: "the machine's own",
    fallback: () => [],
    parse: dnsServers,
  }),
};
