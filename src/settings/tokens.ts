// Owns the settings of what tokens say and how long they hold.
import { none, setting } from "./setting.ts";
import { integer } from "./setting_values.ts";

export const tokensSettings = {
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
    doc: "How long a refresh token that was just used may be sent again, in seconds, 0 to 60, for clients whose answer was lost or whose tabs refresh at once. They get the same new token; a later repeat, or one after the new token was used, ends the whole family. Less than 20 ends sign-ins whose refresh met a silent database. 0 turns it off.",
    defaultText: "`30`",
    // Twice what a client waits that meets a silent connection (7 s) and is told to come again (2 s), and some more.
    fallback: () => 30,
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
  tokenRate: setting<number | undefined>({
    name: "TTI_TOKEN_RATE",
    doc: "How many requests for tokens one client may send a second from one network, and at once, to each instance (each worker counts for itself); more is answered 429, `too_many_requests`. Absent: as many as there is room for, in turn with everybody else's. It bounds what a client in a loop costs, where keys lie in AWS KMS above all. Nothing of who asks is proven when it counts: whoever shares a network with a client, behind one NAT, may use its rate up.",
    fallback: none,
    parse: integer(1, 100_000),
  }),
};

// The audience of the demo: chosen by nobody, so it stands for nobody.
const demoClientId = "tti-demo";

// Claims with a meaning of their own, which the tenant claim must not take over.
const reservedClaims = new Set(
  (
    "iss sub aud exp iat nbf jti auth_time nonce acr amr azp at_hash c_hash s_hash email email_verified name sid " +
    "act may_act cnf scope client_id events roles active token_type"
  ).split(" "),
);
