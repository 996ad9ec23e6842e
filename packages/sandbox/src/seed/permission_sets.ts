// The seed's permission sets and their assignments to accounts, made through the API.
import { SandboxSetupError } from "../ground/errors.ts";
import type { World } from "../state/index.ts";
import type { SeedResultInstance } from "../state/seed_result.ts";
import type { PartCaller, PartTarget } from "./call.ts";
import type { SeedPermissionSet } from "./schema.ts";

/**
 * Makes a permission set of an instance, with what it allows and who has it where.
 *
 * @param target where and as whom, by the path of an entity inside the instance
 * @throws SandboxSetupError `SANDBOX_SEED_INVALID` for a user or group the instance does not have, or an account that the
 *   seed does not have
 */
export async function seedPermissionSet(
  seed: SeedPermissionSet,
  instance: SeedResultInstance,
  { call, world }: { call: PartCaller; world: World },
  target: (path: string, of?: object) => PartTarget,
): Promise<void> {
  const at = (path: string) => target(`permissionSet/${seed.name}/${path}`, seed);
  const { PermissionSet: made } = await call(
    "sso-admin",
    "CreatePermissionSet",
    {
      InstanceArn: instance.instanceArn,
      Name: seed.name,
      ...(seed.description !== undefined && { Description: seed.description }),
      ...(seed.sessionDuration !== undefined && { SessionDuration: seed.sessionDuration }),
    },
    at(""),
  );
  const { PermissionSetArn } = made as { PermissionSetArn: string };
  instance.permissionSets = { ...instance.permissionSets, [seed.name]: PermissionSetArn };
  const set = { InstanceArn: instance.instanceArn, PermissionSetArn };
  for (const ManagedPolicyArn of seed.managedPolicies ?? []) {
    const input = { ...set, ManagedPolicyArn };
    await call("sso-admin", "AttachManagedPolicyToPermissionSet", input, at(ManagedPolicyArn));
  }
  if (seed.inlinePolicy !== undefined) {
    const input = { ...set, InlinePolicy: JSON.stringify(seed.inlinePolicy) };
    await call("sso-admin", "PutInlinePolicyToPermissionSet", input, at("inline"));
  }
  for (const { account, users = [], groups = [] } of seed.assignments ?? []) {
    const principals = [
      ...users.map((name) => ["USER", name, instance.users] as const),
      ...groups.map((name) => ["GROUP", name, instance.groups] as const),
    ];
    for (const [PrincipalType, name, known] of principals) {
      const who = { PrincipalType, PrincipalId: idOf(seed.name, name, known) };
      const input = { ...set, TargetId: account, TargetType: "AWS_ACCOUNT", ...who };
      const place = at(`${account}/${PrincipalType}/${name}`);
      const { AccountAssignmentCreationStatus: asked } = await call(
        "sso-admin",
        "CreateAccountAssignment",
        input,
        place,
      );
      const { RequestId: id } = asked as { RequestId: string };
      const failure = world.accountAccessRequests.get(id)?.failureReason;
      if (failure) throw fault(seed.name, failure);
    }
  }
}

function idOf(set: string, name: string, known: Record<string, string>): string {
  const id = Object.hasOwn(known, name) ? known[name] : undefined;
  if (id !== undefined) return id;
  const have = Object.keys(known).join(", ") || "none";
  throw fault(set, `there is no ${name}; there are: ${have}.`);
}

function fault(set: string, reason: string): SandboxSetupError {
  return new SandboxSetupError(
    "SANDBOX_SEED_INVALID",
    `The sandbox seed is not valid. Permission set ${set}: ${reason}`,
  );
}
