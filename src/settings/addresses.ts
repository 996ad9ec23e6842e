// Owns the settings of where the provider is: its issuer and the ports it listens on.
import { none, setting } from "./setting.ts";
import { hostName, integer, issuerUrl, originUrl } from "./setting_values.ts";

export const addressesSettings = {
  issuer: setting({
    name: "TTI_ISSUER",
    doc: "The issuer URL: `iss` of every token, the URL registered with AWS, the base of every link. No path, no trailing slash; https outside development. It can never change once AWS has it.",
    defaultText: "`http://localhost:PORT` in development",
    fallback: () => "",
    parse: issuerUrl,
    requiredInProduction:
      "Set it to the public https address of this provider, e.g. https://login.example.com",
  }),
  host: setting({
    name: "TTI_HOST",
    doc: "Address the public port listens on.",
    defaultText: "`127.0.0.1` in development, all addresses in production",
    fallback: (mode) => (mode === "production" ? "::" : "127.0.0.1"),
    parse: hostName,
  }),
  port: setting({
    name: "PORT",
    doc: "Public port. 0 takes a free one.",
    defaultText: "`3000`",
    fallback: () => 3000,
    parse: integer(0, 65_535),
  }),
  adminHost: setting({
    name: "TTI_ADMIN_HOST",
    doc: "Address the admin port listens on. Keep it private.",
    defaultText: "`127.0.0.1`",
    fallback: () => "127.0.0.1",
    parse: hostName,
  }),
  adminPort: setting({
    name: "TTI_ADMIN_PORT",
    doc: "Admin port (JSON API and console). 0 takes a free one.",
    defaultText: "`3001`",
    fallback: () => 3001,
    parse: integer(0, 65_535),
  }),
  adminUrl: setting<string | undefined>({
    name: "TTI_ADMIN_URL",
    doc: "The address at which browsers reach the admin port; https, unless on this machine. The console is served under it and no other name. Several instances have one, and the same value.",
    defaultText:
      "`TTI_ADMIN_HOST` and `TTI_ADMIN_PORT`, where that is this machine; else none, and no console",
    fallback: none,
    parse: originUrl,
  }),
};
