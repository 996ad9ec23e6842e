// Who may use an application: assignments of users and groups, and whether one is required at all.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { IdentityCenterApplication } from "../../state/identity_center_entities.ts";
import { storeKey } from "../../state/world.ts";
import { getApplication, getInstance, list } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type ApplicationInput = { ApplicationArn: string };
type AssignmentInput = ApplicationInput & { PrincipalId: string; PrincipalType: "USER" | "GROUP" };
type ListInput = ApplicationInput & { MaxResults?: number; NextToken?: string };
type ListForPrincipalInput = Omit<AssignmentInput, "ApplicationArn"> & {
  InstanceArn: string;
  Filter?: { ApplicationArn?: string };
  MaxResults?: number;
  NextToken?: string;
};
type Assignment = IdentityCenterApplication["assignments"][number];

/** The operations of this family. */
export const applicationAssignmentOperations = family("sso-admin", {
  CreateApplicationAssignment: {
    authorize: (input: AssignmentInput) => input.ApplicationArn,
    run(input: AssignmentInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      assertPrincipal(input, application.instanceArn, context);
      if (findAssignment(application, input)) {
        throw refuse(
          "ConflictException",
          `${input.PrincipalType} ${input.PrincipalId} is assigned already.`,
          {
            rule: "assignment.unique",
            why: "This assignment exists already.",
            fix: "Treat it as done.",
          },
        );
      }
      application.assignments.push({ principalType: input.PrincipalType, principalId: input.PrincipalId });
      return {};
    },
  },

  DescribeApplicationAssignment: {
    authorize: (input: AssignmentInput) => input.ApplicationArn,
    run(input: AssignmentInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      return wireAssignment(getAssignment(application, input), application);
    },
  },

  DeleteApplicationAssignment: {
    authorize: (input: AssignmentInput) => input.ApplicationArn,
    run(input: AssignmentInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      const found = getAssignment(application, input);
      application.assignments = application.assignments.filter((assignment) => assignment !== found);
      return {};
    },
  },

  ListApplicationAssignments: {
    authorize: (input: ListInput) => input.ApplicationArn,
    run(input: ListInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      return list(context, input, application.assignments, {
        as: "ApplicationAssignments",
        show: (assignment) => wireAssignment(assignment, application),
        filter: application.applicationArn,
      });
    },
  },

  ListApplicationAssignmentsForPrincipal: {
    authorize: (input: ListForPrincipalInput) => input.InstanceArn,
    run(input: ListForPrincipalInput, context) {
      const { instanceArn } = getInstance(context, input.InstanceArn);
      assertPrincipal(input, instanceArn, context);
      const wanted = input.Filter?.ApplicationArn;
      const found = [...context.world.applications.values()]
        .filter((application) => application.instanceArn === instanceArn)
        .filter(({ applicationArn }) => wanted === undefined || applicationArn === wanted)
        .filter((application) => findAssignment(application, input) !== undefined);
      const { PrincipalId, PrincipalType } = input;
      return list(context, input, found, {
        as: "ApplicationAssignments",
        show: ({ applicationArn }) => ({ ApplicationArn: applicationArn, PrincipalId, PrincipalType }),
        filter: [instanceArn, PrincipalType, PrincipalId, wanted],
      });
    },
  },

  PutApplicationAssignmentConfiguration: {
    authorize: (input: ApplicationInput) => input.ApplicationArn,
    run(input: ApplicationInput & { AssignmentRequired: boolean }, context) {
      getApplication(context, input.ApplicationArn).assignmentRequired = input.AssignmentRequired;
      return {};
    },
  },

  GetApplicationAssignmentConfiguration: {
    authorize: (input: ApplicationInput) => input.ApplicationArn,
    run(input: ApplicationInput, context) {
      return { AssignmentRequired: getApplication(context, input.ApplicationArn).assignmentRequired };
    },
  },
});

function findAssignment(
  application: IdentityCenterApplication,
  { PrincipalId: id, PrincipalType: type }: Pick<AssignmentInput, "PrincipalId" | "PrincipalType">,
): Assignment | undefined {
  return application.assignments.find(
    ({ principalId, principalType }) => principalId === id && principalType === type,
  );
}

function getAssignment(application: IdentityCenterApplication, input: AssignmentInput): Assignment {
  const found = findAssignment(application, input);
  if (found) return found;
  throw refuse(
    "ResourceNotFoundException",
    `${input.PrincipalType} ${input.PrincipalId} is not assigned to the application.`,
    {
      rule: "assignment.exists",
      why: "There is no such assignment.",
      fix: "List the application's assignments.",
    },
  );
}

function assertPrincipal(
  { PrincipalId: id, PrincipalType: type }: Pick<AssignmentInput, "PrincipalId" | "PrincipalType">,
  instanceArn: string,
  { world }: OperationContext,
): void {
  const storeId = world.instances.get(instanceArn)?.identityStoreId ?? "";
  const principals = type === "USER" ? world.users : world.groups;
  if (principals.has(storeKey(storeId, id))) return;
  throw refuse("ResourceNotFoundException", `${type} ${id} was not found in the identity store.`, {
    rule: "assignment.principal",
    why: `The identity store ${storeId} of the instance has no ${type.toLowerCase()} ${id}.`,
    fix: "Use the UserId or GroupId of that identity store.",
  });
}

function wireAssignment(
  { principalId, principalType }: Assignment,
  { applicationArn }: IdentityCenterApplication,
) {
  return { ApplicationArn: applicationArn, PrincipalId: principalId, PrincipalType: principalType };
}
