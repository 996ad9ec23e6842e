// Every switch: the probe that asks it, or why it cannot be asked from outside.
import type { RuleName } from "../rules/rules.ts";
import type { Probe } from "./bench/probe.ts";
import { ACCESSOR_PROBES } from "./probes/accessor_probes.ts";
import { EXCHANGE_PROBES } from "./probes/exchange_probes.ts";
import { ISSUER_PROBES } from "./probes/issuer_probes.ts";
import { REPLAY_PROBES } from "./probes/replay_probes.ts";
import { SEARCH_PROBES } from "./probes/search_probes.ts";
import { STS_PROBES } from "./probes/sts_probes.ts";
import { TOKEN_PROBES } from "./probes/token_probes.ts";
import { USER_PROBES } from "./probes/user_probes.ts";
import { WEB_IDENTITY_PROBES } from "./probes/web_identity_probes.ts";

/** Every probe, in the order they run: what ends at once before what waits. */
export const PROBES: readonly Probe[] = [
  ...TOKEN_PROBES,
  ...REPLAY_PROBES.filter(({ answers }) => answers !== "token.replayWindowSeconds"),
  ...USER_PROBES,
  ...EXCHANGE_PROBES.filter(({ answers }) => answers !== "exchange.refreshTokenSeconds"),
  ...STS_PROBES,
  ...WEB_IDENTITY_PROBES,
  ...ISSUER_PROBES,
  ...ACCESSOR_PROBES,
  ...SEARCH_PROBES,
  ...REPLAY_PROBES.filter(({ answers }) => answers === "token.replayWindowSeconds"),
  ...EXCHANGE_PROBES.filter(({ answers }) => answers === "exchange.refreshTokenSeconds"),
];

/** Switches without a probe, and why. */
export const UNPROBED: Readonly<Partial<Record<RuleName, string>>> = {
  "issuer.allowLocal": "the sandbox's own: AWS cannot reach a private address",
  "user.emailMatch": "CreateUser takes one e-mail address a user; a second comes by SCIM provisioning alone",
  "user.ambiguousError":
    "CreateUser keeps user names and addresses unique, and takes no external id: two users that match come by SCIM alone",
  "user.externalIdPath": "CreateUser takes no external id; it comes by SCIM provisioning alone",
  "exchange.refreshPerSecond":
    "documented (80 a second); asking would be a load test of an organization's sign-in",
  "adminApi.callsPerSecond":
    "documented (20 a second); asking would keep others of the account from administering Identity Center",
  "accessGrants.scope":
    "an account has one S3 Access Grants instance a region: a probe would have to take it, or change the one that is there",
  "cloudtrail.lookupsPerSecond": "documented (2 a second for the whole account and region)",
  "authorize.codeSeconds": "a code comes by a person's sign-in in a browser",
  "signature.clock": "the sandbox's own: AWS has one clock",
};
