// What a world has of permission sets, for tests that draw inputs: one assigned and changed since, one unassigned.

/** Runs an operation of sso-admin. */
type Run = (operation: string, input: Record<string, unknown>) => Promise<Record<string, unknown>>;

/**
 * Makes them through their operations.
 *
 * @param userId a user of the instance
 */
export async function furnishPermissionSets(
  run: Run,
  { InstanceArn, userId, account }: { InstanceArn: string; userId: string; account: string },
): Promise<void> {
  await run("CreatePermissionSet", { InstanceArn, Name: "unassigned" });
  const { PermissionSet: made } = await run("CreatePermissionSet", { InstanceArn, Name: "read" });
  const set = { InstanceArn, PermissionSetArn: (made as { PermissionSetArn: string }).PermissionSetArn };
  const ManagedPolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  await run("AttachManagedPolicyToPermissionSet", { ...set, ManagedPolicyArn });
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
  const InlinePolicy = JSON.stringify({ Version: "2012-10-17", Statement: statement });
  await run("PutInlinePolicyToPermissionSet", { ...set, InlinePolicy });
  const principal = { PrincipalType: "USER", PrincipalId: userId };
  const assignment = { ...set, TargetId: account, TargetType: "AWS_ACCOUNT", ...principal };
  for (const each of ["CreateAccountAssignment", "DeleteAccountAssignment", "CreateAccountAssignment"])
    await run(each, assignment);
  await run("ProvisionPermissionSet", { ...set, TargetType: "ALL_PROVISIONED_ACCOUNTS" });
  // No account needs to have the policy before the set is provisioned again.
  const CustomerManagedPolicyReference = { Name: "default" };
  await run("AttachCustomerManagedPolicyReferenceToPermissionSet", {
    ...set,
    CustomerManagedPolicyReference,
  });
}
