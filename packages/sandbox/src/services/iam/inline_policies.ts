// Inline policies of a role or a user, which IAM has under two names: Put, Get, Delete and List.
import {
  family,
  type Operation,
  type OperationContext,
  type OperationData,
} from "../../operation/operation.ts";
import type { IamRole, IamUser } from "../../state/iam_entities.ts";
import { type ListInput, list } from "./lookup.ts";
import { countedLength, encodeDocument, parseInlinePolicy } from "./policy_documents.ts";
import { refuse } from "./refuse.ts";

type PolicyInput = { PolicyName: string };

/** Whose policies they are. */
export type InlinePolicies = {
  /** As operations are named: `PutRolePolicy`. */
  kind: "Role" | "User";
  /** Characters of all inline policies of one together, white space not counted (IAM quotas). */
  most: number;
  nameOf(holder: IamRole | IamUser): string;
  authorize(input: OperationData, context: OperationContext): string;
  /** @throws AwsError NoSuchEntity */
  find(context: OperationContext, input: OperationData): IamRole | IamUser;
};

/** The four operations on inline policies of one kind of holder. */
export function inlinePolicyOperations(of: InlinePolicies): readonly Operation[] {
  const { kind, most, authorize, find, nameOf } = of;
  const lower = kind.toLowerCase();
  const missing = (holder: IamRole | IamUser, { PolicyName: name }: PolicyInput) =>
    refuse("NoSuchEntity", `The ${lower} policy with name ${name} cannot be found.`, {
      rule: `${lower}Policy.exists`,
      why: `The ${lower} ${nameOf(holder)} has no inline policy ${name}.`,
      fix: `Use the name List${kind}Policies gives.`,
    });

  return family("iam", {
    [`Put${kind}Policy`]: {
      authorize,
      run(input: PolicyInput & { PolicyDocument: string }, context) {
        const holder = find(context, input);
        const document = parseInlinePolicy(input.PolicyDocument);
        // Built from entries, so that a policy named __proto__ is one like any other.
        const others = Object.entries(holder.inlinePolicies).filter(([name]) => name !== input.PolicyName);
        const total = others.reduce((sum, [, other]) => sum + countedLength(JSON.stringify(other)), 0);
        if (total + countedLength(input.PolicyDocument) > most) {
          const message = `Maximum policy size of ${most} bytes exceeded for ${lower} ${nameOf(holder)}`;
          throw refuse("LimitExceeded", message, {
            rule: `${lower}.inlinePolicySize`,
            why: `All inline policies of a ${lower} together have at most ${most} characters.`,
            fix: "Shorten or delete policies.",
          });
        }
        holder.inlinePolicies = Object.fromEntries([...others, [input.PolicyName, document]]);
        return {};
      },
    },

    [`Get${kind}Policy`]: {
      authorize,
      run(input: PolicyInput, context) {
        const holder = find(context, input);
        const found = Object.entries(holder.inlinePolicies).find(([name]) => name === input.PolicyName);
        if (!found) throw missing(holder, input);
        return {
          [`${kind}Name`]: nameOf(holder),
          PolicyName: input.PolicyName,
          PolicyDocument: encodeDocument(found[1]),
        };
      },
    },

    [`Delete${kind}Policy`]: {
      authorize,
      run(input: PolicyInput, context) {
        const holder = find(context, input);
        if (!Object.hasOwn(holder.inlinePolicies, input.PolicyName)) throw missing(holder, input);
        delete holder.inlinePolicies[input.PolicyName];
        return {};
      },
    },

    [`List${kind}Policies`]: {
      authorize,
      run(input: ListInput, context) {
        const holder = find(context, input);
        return list(context, input, Object.keys(holder.inlinePolicies), {
          as: "PolicyNames",
          show: (name) => name,
          filter: holder.arn,
        });
      },
    },
  });
}
