// What a probe is: one switch, one question put to AWS, and one of three ends (a value, no decision, or not asked).
import type { RuleName } from "../../rules/rules.ts";
import type { IdentityCenterLab } from "./identity_center_lab.ts";

/** What a run must be given for a probe to be asked. */
export type Need =
  | "liveIssuer"
  | "httpIssuer"
  | "otherInstance"
  | "disabledUser"
  | "application"
  | "retriever"
  | "index"
  | "isvRole"
  | "isvProfile";

/** Why a probe is left out when a run lacks what it needs; says what to give. */
export const NEEDS: Readonly<Record<Need, string>> = {
  liveIssuer: "the issuer must see and change what AWS fetches: run it with --listen PORT",
  httpIssuer: "needs the issuer under http, too: --http-issuer-url URL",
  otherInstance: "needs a second Identity Center instance: --other-region R (and --other-profile NAME)",
  disabledUser: "needs a user that somebody disabled in the console: --disabled-user ADDRESS",
  application: "needs Amazon Q Business: --application-id ID",
  retriever: "needs an index with documents: --retriever-id ID",
  index: "puts documents into an index: --index-id ID",
  isvRole: "needs a role that AWS registered as an ISV: --isv-role ARN",
  isvProfile: "calls as the ISV, from another account: --isv-profile NAME",
};

/** What a probe found out. */
export type Finding = { value: string };

/** One program: it asks AWS what its switch names. */
export type Probe = {
  answers: RuleName;
  /** What it does, in one sentence. */
  asks: string;
  /** What it makes beside the run's own issuer, application and user; each is removed. */
  makes?: string;
  needs?: readonly Need[];
  /**
   * @throws Undecided (endings.ts) when AWS's answers say nothing of the question
   */
  run(lab: IdentityCenterLab): Promise<Finding>;
};
