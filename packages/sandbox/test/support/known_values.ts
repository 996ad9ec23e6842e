// What a member of a request can mean in a world: the values that stand there under the member's name, for property
// tests. An IndexId is drawn from indices, not from roles.
import type { ServiceName } from "../../src/models/shapes.ts";
import type { World } from "../../src/state/index.ts";

/** Texts and bytes that mean something as a member of that name. */
export type KnownValues = (member: string) => readonly unknown[];

// Members that name what the world keeps under another name.
const otherNames: Record<string, readonly string[]> = {
  accountassignmentcreationrequestid: ["requestid"],
  accountassignmentdeletionrequestid: ["requestid"],
  aliasname: ["aliases"],
  iamrolearn: ["arn"],
  identitycenterarn: ["instancearn"],
  grantscope: ["locationscope"],
  rolename: ["name"],
  principalid: ["userid", "groupid"],
  provisionpermissionsetrequestid: ["requestid"],
  targetid: ["accountid"],
  targetkeyid: ["keyid"],
};

// What a member takes whatever exists.
const usual: Record<string, readonly unknown[]> = {
  aliasname: ["alias/another"],
  // Of a customer's policy; many things have one.
  name: ["default"],
  applicationproviderarn: ["arn:aws:sso::aws:applicationProvider/custom"],
  attributepath: ["userName", "displayName", "emails.value"],
  inlinepolicy: ['{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'],
  managedpolicyarn: ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
  policyname: ["default"],
  sessionduration: ["PT8H"],
  thumbprintlist: ["6938fd4d98bab03faadb97b34396831e3780aea1"],
  url: ["https://another.example.com"],
};

/**
 * Reads what a world's entities hold, by the names of their members.
 * @param service whose ARNs a ResourceArn may be
 * @param more values of members that no entity keeps
 */
export function knownValues(
  world: World,
  service: ServiceName,
  more: Readonly<Record<string, readonly unknown[]>> = {},
): KnownValues {
  const named = new Map<string, Set<unknown>>();
  const add = (name: string, value: unknown) => {
    const key = name.toLowerCase();
    named.set(key, (named.get(key) ?? new Set()).add(value));
  };
  const read = (name: string, value: unknown): void => {
    if (typeof value === "string") add(name, value);
    else if (Array.isArray(value)) for (const one of value) read(name, one);
    else if (value !== null && typeof value === "object")
      for (const [member, inside] of Object.entries(value)) read(member, inside);
  };
  for (const collection of Object.values(world)) {
    for (const entity of (collection as Map<string, unknown>).values()) read("", entity);
  }
  for (const { arn } of world.managedPolicies.values()) add("policyarn", arn);
  for (const { arn, clientIds } of world.oidcProviders.values()) {
    add("openidconnectproviderarn", arn);
    for (const id of clientIds) add("clientid", id);
  }
  for (const { arn, inlinePolicies } of world.iamRoles.values()) {
    add("rolearn", arn);
    for (const name of Object.keys(inlinePolicies)) add("policyname", name);
  }
  const arns = [...named.values()]
    .flatMap((values) => [...values])
    .filter((value) => String(value).startsWith(`arn:aws:${service.replace("-admin", "")}:`));
  for (const arn of arns) add("resourcearn", arn);
  return (member) => {
    const name = member.toLowerCase();
    const names = [name, ...(otherNames[name] ?? [])];
    return [
      ...(usual[name] ?? []),
      ...(more[name] ?? []),
      ...names.flatMap((one) => [...(named.get(one) ?? [])]),
    ];
  };
}
