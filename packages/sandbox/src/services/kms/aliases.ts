// Aliases: CreateAlias, UpdateAlias, DeleteAlias, ListAliases.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { KmsKey } from "../../state/iam_entities.ts";
import { assertNotPendingDeletion, getKey, keyResource, keysOf, type ListInput, list } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type AliasInput = { AliasName: string };
type TargetInput = AliasInput & { TargetKeyId: string };

/** The operations of this family. */
export const aliasOperations = family("kms", {
  CreateAlias: {
    authorize: targetResource,
    run({ AliasName: name, TargetKeyId: target }: TargetInput, context) {
      assertName(name);
      const taken = findHolder(context, name);
      if (taken) {
        const arn = aliasArn(name, context);
        throw refuse("AlreadyExistsException", `An alias with the name ${arn} already exists`, {
          rule: "alias.unique",
          why: `The alias names ${taken.arn}.`,
          fix: "Use UpdateAlias, or another name.",
        });
      }
      getTarget(context, target).aliases.push(name);
      return {};
    },
  },

  UpdateAlias: {
    authorize: targetResource,
    run({ AliasName: name, TargetKeyId: target }: TargetInput, context) {
      const before = getHolder(context, name);
      const after = getTarget(context, target);
      before.aliases = before.aliases.filter((alias) => alias !== name);
      after.aliases.push(name);
      return {};
    },
  },

  DeleteAlias: {
    authorize: ({ AliasName: name }: AliasInput, context) => aliasArn(name, context),
    run({ AliasName: name }: AliasInput, context) {
      const holder = getHolder(context, name);
      holder.aliases = holder.aliases.filter((alias) => alias !== name);
      return {};
    },
  },

  ListAliases: {
    authorize: "anyResource",
    run(input: ListInput & { KeyId?: string }, context) {
      const keys = input.KeyId === undefined ? keysOf(context) : [getKey(context, input.KeyId, "key")];
      const aliases = keys.flatMap((key) =>
        key.aliases.map((name) => ({
          AliasName: name,
          AliasArn: aliasArn(name, context),
          TargetKeyId: key.keyId,
        })),
      );
      return list(context, input, aliases, { as: "Aliases", show: (alias) => alias, filter: input.KeyId });
    },
  },
});

/** `arn:aws:kms:<region>:<account>:alias/…` */
function aliasArn(name: string, { region, accountId }: OperationContext): string {
  return `arn:aws:kms:${region}:${accountId}:${name}`;
}

function targetResource({ TargetKeyId: target }: TargetInput, context: OperationContext): string {
  return keyResource({ KeyId: target }, context);
}

function getTarget(context: OperationContext, target: string): KmsKey {
  const key = getKey(context, target, "key");
  assertNotPendingDeletion(key);
  return key;
}

function findHolder(context: OperationContext, name: string): KmsKey | undefined {
  return keysOf(context).find((key) => key.aliases.includes(name));
}

function getHolder(context: OperationContext, name: string): KmsKey {
  const holder = findHolder(context, name);
  if (holder) return holder;
  throw refuse("NotFoundException", `Alias ${aliasArn(name, context)} is not found.`, {
    rule: "alias.exists",
    why: `Account ${context.accountId} has no alias ${name} in ${context.region}.`,
    fix: "Create the alias first.",
  });
}

/** API reference, CreateAlias: `alias/` and a name; `alias/aws/` is AWS's own. */
function assertName(name: string): void {
  if (/^alias\/[a-zA-Z0-9/_-]+$/.test(name) && !name.startsWith("alias/aws/")) return;
  throw refuse(
    "InvalidAliasNameException",
    'Alias must start with the prefix "alias/" and a name of your own.',
    {
      rule: "alias.name",
      why: `The alias name ${name} does not begin with alias/, or is one of AWS's own.`,
      fix: "Use alias/<name>.",
    },
  );
}
