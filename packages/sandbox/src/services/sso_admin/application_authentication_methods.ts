// The authentication method IAM of an application: its actor policy says which principals may exchange tokens.
// Put, Get, List and Delete.

import { family } from "../../operation/operation.ts";
import { PolicyGrammarError, parsePolicy } from "../../policy/parse_policy.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import type { IdentityCenterApplication } from "../../state/identity_center_entities.ts";
import { getApplication } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type MethodInput = { ApplicationArn: string; AuthenticationMethodType: "IAM" };
type PutInput = MethodInput & { AuthenticationMethod: { Iam: { ActorPolicy: unknown } } };
type ListInput = { ApplicationArn: string; NextToken?: string };

/** The operations of this family. */
export const applicationAuthenticationMethodOperations = family("sso-admin", {
  PutApplicationAuthenticationMethod: {
    authorize: (input: PutInput) => input.ApplicationArn,
    run(input: PutInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      application.actorPolicy = parseActorPolicy(input.AuthenticationMethod.Iam.ActorPolicy);
      return {};
    },
  },

  GetApplicationAuthenticationMethod: {
    authorize: (input: MethodInput) => input.ApplicationArn,
    run(input: MethodInput, context) {
      return {
        AuthenticationMethod: wireMethod(getActorPolicy(getApplication(context, input.ApplicationArn))),
      };
    },
  },

  // There is one type of method, so there is never a second page.
  ListApplicationAuthenticationMethods: {
    authorize: (input: ListInput) => input.ApplicationArn,
    run(input: ListInput, context) {
      const { actorPolicy } = getApplication(context, input.ApplicationArn);
      const methods = actorPolicy
        ? [{ AuthenticationMethodType: "IAM", AuthenticationMethod: wireMethod(actorPolicy) }]
        : [];
      return { AuthenticationMethods: methods };
    },
  },

  DeleteApplicationAuthenticationMethod: {
    authorize: (input: MethodInput) => input.ApplicationArn,
    run(input: MethodInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      getActorPolicy(application);
      application.actorPolicy = null;
      return {};
    },
  },
});

function parseActorPolicy(value: unknown): PolicyDocument {
  try {
    return parsePolicy(value, "resource");
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    throw refuse("ValidationException", `The actor policy is malformed: ${error.message}`, {
      rule: "actorPolicy.grammar",
      why: error.message,
      fix: "Give a policy with Principal, Action sso-oauth:CreateTokenWithIAM and Resource *.",
    });
  }
}

function getActorPolicy({ applicationArn, actorPolicy }: IdentityCenterApplication): PolicyDocument {
  if (actorPolicy) return actorPolicy;
  throw refuse(
    "ResourceNotFoundException",
    `Application ${applicationArn} has no authentication method IAM.`,
    {
      rule: "authenticationMethod.exists",
      why: "The application has no actor policy.",
      fix: "Put the authentication method first.",
    },
  );
}

function wireMethod(actorPolicy: PolicyDocument) {
  return { Iam: { ActorPolicy: actorPolicy } };
}
