// The resource policy of an application: AssociatePermission, DisassociatePermission, GetPolicy.

import { createHash } from "node:crypto";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { QPermission } from "../../state/qbusiness_entities.ts";
import { storeKey } from "../../state/world.ts";
import { type ApplicationInput, applicationResource, childrenOf, getApplication } from "./lookup.ts";
import { refuseConflict, refuseField, refuseMissing } from "./refuse.ts";
import { resourcePolicyOf } from "./search_relevant_content_access.ts";

type StatementInput = ApplicationInput & { statementId: string };
type AssociateInput = StatementInput & {
  actions: string[];
  principal: string;
  conditions?: QPermission["conditions"];
};

/** The keys the API reference and CloudFormation accept; the model's pattern is looser. */
const documentedConditionKey = /^aws:PrincipalTag\/qbusiness-dataaccessor:[a-zA-Z]+.*$/;
const externalIdConditionKey = /^aws:PrincipalTag\/qbusiness-dataaccessor:ExternalId$/;

/** The operations of this family. */
export const permissionOperations = family("qbusiness", {
  AssociatePermission: {
    authorize: applicationResource,
    run(input: AssociateInput, context) {
      const application = getApplication(context, input);
      const { applicationId, statementId, actions, principal, conditions = [] } = input;
      assertConditions(conditions, context);
      const { permissions } = context.world;
      const key = storeKey(applicationId, statementId);
      if (permissions.has(key)) {
        const subject = { type: "PERMISSION_STATEMENT", id: statementId } as const;
        throw refuseConflict(subject, `The statement ${statementId} exists already.`, {
          rule: "permission.statementIdUnique",
          why: `The application's policy has a statement ${statementId}.`,
          fix: "Use another statementId, or disassociate that one first.",
        });
      }
      const createdAtMs = context.clock().getTime();
      const permission: QPermission = {
        applicationId,
        statementId,
        actions,
        principal,
        conditions,
        createdAtMs,
      };
      permissions.set(key, permission);
      const { Statement: statements } = resourcePolicyOf(application, [permission]);
      return { statement: JSON.stringify(Array.isArray(statements) ? statements[0] : statements) };
    },
  },

  DisassociatePermission: {
    authorize: applicationResource,
    run(input: StatementInput, context) {
      const { applicationId } = getApplication(context, input);
      if (context.world.permissions.delete(storeKey(applicationId, input.statementId))) return {};
      throw refuseMissing(
        { type: "PERMISSION_STATEMENT", id: input.statementId },
        {
          rule: "resource.exists",
          why: `The application's policy has ${statementIds(applicationId, context)}.`,
          fix: "Use a statementId GetPolicy shows as Sid.",
        },
      );
    },
  },

  GetPolicy: {
    authorize: applicationResource,
    run(input: ApplicationInput, context) {
      const application = getApplication(context, input);
      const permissions = childrenOf(context.world.permissions, application.applicationId);
      if (permissions.length === 0) return {};
      const document = resourcePolicyOf(application, permissions);
      const id = createHash("sha256").update(application.applicationArn).digest("hex").slice(0, 32);
      return { policy: JSON.stringify({ ...document, Id: id }) };
    },
  },
});

function assertConditions(conditions: QPermission["conditions"], { rules }: OperationContext): void {
  const isNarrow = rules.get("accessor.externalIdOnPermission") === "externalIdOnly";
  const accepted = isNarrow ? externalIdConditionKey : documentedConditionKey;
  for (const [index, { conditionKey }] of conditions.entries()) {
    if (accepted.test(conditionKey)) continue;
    throw refuseField(
      `conditions.${index + 1}.member.conditionKey`,
      `'${conditionKey}' must be aws:PrincipalTag/qbusiness-dataaccessor:${isNarrow ? "ExternalId" : " followed by letters"}`,
      isNarrow && documentedConditionKey.test(conditionKey)
        ? "accessor.externalIdOnPermission"
        : "permission.conditionKey",
    );
  }
  const keys = conditions.map(({ conditionKey }) => conditionKey.toLowerCase());
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice === undefined) return;
  throw refuseField("conditions", `the condition key ${twice} is given twice`, "permission.conditionKey");
}

function statementIds(applicationId: string, { world }: OperationContext): string {
  const ids = childrenOf(world.permissions, applicationId).map(({ statementId }) => statementId);
  return ids.length > 0 ? `the statements ${ids.join(", ")}` : "no statements";
}
