// Owns the table of settings: for each environment variable its name, what it decides, its default and how its
// value is read. config.ts reads them; docs/configuration.md is written from here, and a test keeps the two equal.
import type { Mode } from "./config.ts";
import { readText } from "./input/text.ts";
import { readWebUrl, uriOf } from "./input/web_address.ts";
import { type LogLevel, logLevels } from "./log.ts";
import {
  databaseUrl,
  dnsServers,
  flag,
  hostName,
  integer,
  issuerUrl,
  networks,
  oneOf,
  sealingKeys,
  text,
  webUrl,
} from "./setting_values.ts";

/** One setting. */
export interface Setting<T> {
  name: string;
  /** One sentence for docs/configuration.md. */
  doc: string;
  /** As docs/configuration.md shows it; absent where there is none. */
  defaultText?: string;
  fallback: (mode: Mode) => T;
  parse: (value: string, mode: Mode) => T;
  requiredInProduction?: string;
}

const setting = <T>(spec: Setting<T>): Setting<T> => spec;
const none = (): undefined => undefined;

/** Every setting the product has, in the order the documentation shows them. */
export const settings = {
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
    doc: "Admin port (JSON API). 0 takes a free one.",
    defaultText: "`3001`",
    fallback: () => 3001,
    parse: integer(0, 65_535),
  }),
  databaseUrl: setting<string | undefined>({
    name: "DATABASE_URL",
    doc: "PostgreSQL connection URL. Absent: the embedded SQLite store in `TTI_DATA_DIR`.",
    fallback: none,
    parse: databaseUrl,
  }),
  databasePoolSize: setting({
    name: "TTI_DATABASE_POOL",
    doc: "Most PostgreSQL connections one process opens.",
    defaultText: "`10`",
    fallback: () => 10,
    parse: integer(1, 200),
  }),
  preparedStatements: setting({
    name: "TTI_PREPARED_STATEMENTS",
    doc: "Named prepared statements on PostgreSQL. Turn `off` behind PgBouncer in transaction mode.",
    defaultText: "`on`",
    fallback: () => true,
    parse: flag,
  }),
  dataDir: setting({
    name: "TTI_DATA_DIR",
    doc: "Directory of the embedded store.",
    defaultText: "`./data`",
    fallback: () => "./data",
    parse: text,
  }),
  secrets: setting<readonly Uint8Array[]>({
    name: "TTI_SECRETS",
    doc: "Comma-separated 32-byte keys in base64 (`openssl rand -base64 32`). The first seals private keys and signs cookies; older ones still open what they sealed.",
    defaultText: "made once and kept in the data directory in development",
    fallback: () => [],
    parse: sealingKeys,
    requiredInProduction: "Make one with `openssl rand -base64 32` and keep it where you keep other secrets",
  }),
  clientId: setting({
    name: "TTI_CLIENT_ID",
    doc: "The client id registered with AWS: the audience of every ID token that is exchanged there.",
    defaultText: "`tti-demo` in development",
    fallback: () => demoClientId,
    parse: (value, mode) => {
      if (mode === "production" && value === demoClientId) {
        throw new Error(
          `"${value}" is the demo's, which every demo's tokens name|Choose your own and register it with AWS`,
        );
      }
      return value;
    },
    requiredInProduction:
      "Set it to the client id you register with AWS; every token that is exchanged there names it",
  }),
  tenantClaim: setting({
    name: "TTI_TENANT_CLAIM",
    doc: "Name of the claim that carries the tenant. Letters, joined by `.` or `_`: all that AWS attribute mappings allow.",
    defaultText: "`tenant_id`",
    fallback: () => "tenant_id",
    parse: (value) => {
      if (!/^\p{L}+(?:[._]\p{L}+){0,2}$/u.test(value)) {
        throw new Error(`"${value}" is no name AWS can map|Use letters, joined by at most two . or _`);
      }
      if (reservedClaims.has(value)) {
        throw new Error(`"${value}" is a claim with its own meaning|Choose another name, e.g. tenant_id`);
      }
      return value;
    },
  }),
  idTokenTtlSeconds: setting({
    name: "TTI_ID_TOKEN_TTL",
    doc: "Lifetime of ID tokens in seconds, 30 to 3600. Each serves one exchange, so short is right.",
    defaultText: "`300`",
    fallback: () => 300,
    parse: integer(30, 3600),
  }),
  refreshGraceSeconds: setting({
    name: "TTI_REFRESH_GRACE",
    doc: "How long a refresh token that was just used may be sent again, in seconds, 0 to 60, for clients whose answer was lost or whose tabs refresh at once. They get the same new token; a later repeat, or one after the new token was used, ends the whole family. 0 turns it off.",
    defaultText: "`10`",
    fallback: () => 10,
    parse: integer(0, 60),
  }),
  roleArn: setting<string | undefined>({
    name: "TTI_ROLE_ARN",
    doc: "ARN of the ISV role registered with AWS, assumed in steps 1 and 3 of the exchange.",
    fallback: none,
    parse: (value) => {
      if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w/+=,.@-]+$/.test(value)) {
        throw new Error(
          `"${value}" is not the ARN of an IAM role|Use the form arn:aws:iam::111122223333:role/NAME`,
        );
      }
      return value;
    },
  }),
  publicName: setting<string | undefined>({
    name: "TTI_PUBLIC_NAME",
    doc: "Whose login page this is: the name people know, on every page.",
    defaultText: "the host of `TTI_ISSUER`",
    fallback: none,
    parse: (value) => {
      const read = readText(value, { most: 60 });
      if ("text" in read) return read.text;
      throw new Error(`it ${read.fault}|Write the name as people know it`);
    },
  }),
  supportUrl: setting<string | undefined>({
    name: "TTI_SUPPORT_URL",
    doc: "Where people get help, `https://` or `mailto:`; linked on every page.",
    fallback: none,
    parse: (value) => {
      if (uriOf(value)?.protocol === "mailto:" || "url" in readWebUrl(value, { http: "anywhere" }))
        return value;
      throw new Error("it is no address people can open|Write https://… or mailto:…");
    },
  }),
  loginUrl: setting<string | undefined>({
    name: "TTI_LOGIN_URL",
    doc: "Your own login page. Set, users log in there (handoff) and this provider shows no login page for such tenants.",
    fallback: none,
    parse: webUrl,
  }),
  logoutUrl: setting<string | undefined>({
    name: "TTI_LOGOUT_URL",
    doc: "Your own logout page. Set, a logout of somebody who logged in at your page continues there, with `return_to` naming where the browser should go next.",
    fallback: none,
    parse: webUrl,
  }),
  trustedProxies: setting({
    name: "TTI_TRUSTED_PROXIES",
    doc: "How many proxies in front of the provider append to `X-Forwarded-For`. Only that many entries are believed, and only for the client's address: no header ever changes a URL. Too few, and all browsers count as one address; too many, and a client writes its own.",
    defaultText: "`0` in development",
    fallback: () => 0,
    parse: integer(0, 10),
    requiredInProduction:
      "Set it to how many proxies in front append to X-Forwarded-For (1 behind one proxy or load balancer; 0 if nothing in front writes that header)",
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
  kmsKeyId: setting<string | undefined>({
    name: "TTI_KMS_KEY_ID",
    doc: "AWS KMS key (id, ARN or alias; RSA_2048, SIGN_VERIFY) that signs instead of a key kept in the store. An alias moved to another key starts a rotation.",
    fallback: none,
    parse: text,
  }),
  keyPublishLeadSeconds: setting({
    name: "TTI_KEY_PUBLISH_LEAD",
    doc: "How long a signing key is published, at least, before it may sign, in seconds. How long AWS caches keys is not known; a day is what its guidance calls safe. The same for every instance.",
    defaultText: "`86400` (a day)",
    fallback: () => 86_400,
    parse: integer(600, 2_592_000),
  }),
  keySigningPeriodSeconds: setting({
    name: "TTI_KEY_SIGNING_PERIOD",
    doc: "How long a signing key signs before the next one takes over, in seconds; not shorter than `TTI_KEY_PUBLISH_LEAD`. The same for every instance.",
    defaultText: "`7776000` (90 days)",
    fallback: () => 7_776_000,
    parse: integer(600, 63_072_000),
  }),
  logLevel: setting<LogLevel>({
    name: "TTI_LOG_LEVEL",
    doc: "One of `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`.",
    defaultText: "`info`",
    fallback: () => "info",
    parse: oneOf(logLevels),
  }),
  accessLog: setting({
    name: "TTI_ACCESS_LOG",
    doc: "Whether each answered request is a line of the log: method, route, status, duration, client, address. Refusals and failures are logged either way.",
    defaultText: "`on`; `off` in development",
    fallback: (mode) => mode === "production",
    parse: flag,
  }),
  awsEndpointUrl: setting<string | undefined>({
    name: "AWS_ENDPOINT_URL",
    doc: "Endpoint of every AWS call, as the AWS SDK reads it. Set it to the sandbox to try without AWS.",
    fallback: none,
    parse: webUrl,
  }),
  awsRegion: setting<string | undefined>({
    name: "AWS_REGION",
    doc: "Region of KMS calls, as the AWS SDK reads it. STS is called in the region of the customer's Identity Center, whatever this says.",
    fallback: none,
    parse: text,
  }),
};

// The audience of the demo: chosen by nobody, so it stands for nobody.
const demoClientId = "tti-demo";

// Claims with a meaning of their own, which the tenant claim must not take over.
const reservedClaims = new Set(
  (
    "iss sub aud exp iat nbf jti auth_time nonce acr amr azp at_hash c_hash s_hash email email_verified name sid " +
    "act may_act cnf scope client_id events"
  ).split(" "),
);
