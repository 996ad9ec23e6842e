// Access scopes of an application: Put, Get, List and Delete.

import { family } from "../../operation/operation.ts";
import type { IdentityCenterApplication } from "../../state/identity_center_entities.ts";
import { getApplication, list } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type ScopeInput = { ApplicationArn: string; Scope: string };
type PutInput = ScopeInput & { AuthorizedTargets?: string[] };
type ListInput = { ApplicationArn: string; MaxResults?: number; NextToken?: string };
type AccessScope = IdentityCenterApplication["accessScopes"][number];

/** IAM Identity Center quotas. */
const scopesPerApplication = 25;

/** The operations of this family. */
export const applicationAccessScopeOperations = family("sso-admin", {
  PutApplicationAccessScope: {
    authorize: (input: PutInput) => input.ApplicationArn,
    run({ ApplicationArn: arn, Scope: scope, AuthorizedTargets: targets = [] }: PutInput, context) {
      const application = getApplication(context, arn);
      const others = application.accessScopes.filter((entry) => entry.scope !== scope);
      if (others.length >= scopesPerApplication) {
        // The operation models no ServiceQuotaExceededException.
        throw refuse(
          "ValidationException",
          `An application has at most ${scopesPerApplication} access scopes.`,
          {
            rule: "scope.quota",
            why: `The application has ${others.length} access scopes.`,
            fix: "Delete a scope first.",
          },
        );
      }
      application.accessScopes = [...others, { scope, authorizedTargets: targets }];
      return {};
    },
  },

  GetApplicationAccessScope: {
    authorize: (input: ScopeInput) => input.ApplicationArn,
    run: (input: ScopeInput, context) =>
      wireScope(getScope(getApplication(context, input.ApplicationArn), input.Scope)),
  },

  ListApplicationAccessScopes: {
    authorize: (input: ListInput) => input.ApplicationArn,
    run(input: ListInput, context) {
      const { accessScopes, applicationArn } = getApplication(context, input.ApplicationArn);
      const usual = 10;
      return list(context, input, accessScopes, {
        as: "Scopes",
        show: wireScope,
        usual,
        filter: applicationArn,
      });
    },
  },

  DeleteApplicationAccessScope: {
    authorize: (input: ScopeInput) => input.ApplicationArn,
    run(input: ScopeInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      const found = getScope(application, input.Scope);
      application.accessScopes = application.accessScopes.filter((entry) => entry !== found);
      return {};
    },
  },
});

function getScope({ applicationArn, accessScopes }: IdentityCenterApplication, scope: string): AccessScope {
  const found = accessScopes.find((entry) => entry.scope === scope);
  if (found) return found;
  throw refuse("ResourceNotFoundException", `Application ${applicationArn} has no access scope ${scope}.`, {
    rule: "scope.exists",
    why: `The application has ${accessScopes.map((entry) => entry.scope).join(", ") || "no access scopes"}.`,
    fix: "Put the scope first.",
  });
}

function wireScope({ scope, authorizedTargets }: AccessScope) {
  // The model wants at least one target where the member is present.
  return { Scope: scope, AuthorizedTargets: authorizedTargets.length > 0 ? authorizedTargets : undefined };
}
