// Switches about AssumeRoleWithWebIdentity.
import type { Rule } from "./rule.ts";

/** In printed order. */
export const WEB_IDENTITY_RULES = [
  {
    name: "webIdentity.unreachable",
    default: "InvalidIdentityToken",
    values: ["InvalidIdentityToken", "IDPCommunicationError"],
    question:
      "Which error does AssumeRoleWithWebIdentity answer when discovery or JWKS of the provider cannot be fetched?",
    certainty: "contradictory",
    source:
      "AWS knowledge center, iam-sts-invalididentitytoken; STS API reference names IDPCommunicationError",
  },
  {
    name: "webIdentity.azp",
    default: "audience",
    values: ["audience", "ignore"],
    question: "Is a token's azp, where it has one, its audience in place of aud, for any provider?",
    certainty: "observed",
    source: "IAM user guide says so of Google; aws/aws-sdk-net issue 3071 saw it with another provider",
  },
  {
    name: "webIdentity.severalAudiences",
    default: "reject",
    values: ["reject", "any"],
    question: "May aud be a list of more than one audience, of which one is a client id of the provider?",
    certainty: "unknown",
    source: "a list of one is what Amazon EKS issues",
  },
  {
    name: "webIdentity.missingKid",
    default: "reject",
    values: ["reject", "tryAll"],
    question: "Is a token without kid verified with every key of the JWKS?",
    certainty: "unknown",
    source: "not published",
  },
  {
    name: "webIdentity.type",
    default: "any",
    values: ["any", "jwtOrAbsent"],
    question:
      "Which typ may a token's header have: any (at+jwt of an access token among them), or JWT and none?",
    certainty: "inferred",
    source:
      "STS API reference takes access tokens as well as ID tokens; aws/aws-sdk-net issue 3071 shows one",
  },
  {
    name: "webIdentity.provider",
    default: "issuer",
    values: ["issuer", "arn"],
    question: "Does Provider of the answer hold the token's iss or the ARN of the OpenID Connect provider?",
    certainty: "contradictory",
    source: "STS API reference: iss; answers shown in public posts have the ARN",
  },
] as const satisfies readonly Rule[];
