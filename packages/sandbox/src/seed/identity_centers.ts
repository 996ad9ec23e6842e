// The seed's Identity Center instances, with users, groups and trusted token issuers made through their APIs.
import { createIdSource, type World } from "../state/index.ts";
import type { SeedResult, SeedResultInstance } from "../state/seed_result.ts";
import type { PartCaller, PartTarget } from "./call.ts";
import { seedPermissionSet } from "./permission_sets.ts";
import type { SeedIdentityCenter, SeedUser } from "./schema.ts";

/** What the functions of this file share. */
export type InstanceSeeding = {
  world: World;
  call: PartCaller;
  result: SeedResult;
  randomSeed: string;
  nowMs: number;
};

/** Makes an instance and what it holds. The instance itself has no public API that names its region. */
export async function seedIdentityCenter(seed: SeedIdentityCenter, seeding: InstanceSeeding): Promise<void> {
  const { world, call, randomSeed, nowMs } = seeding;
  const ids = createIdSource(`${randomSeed}|instance|${seed.name}`);
  const instance: SeedResultInstance = {
    instanceArn: `arn:aws:sso:::instance/${ids.instanceId()}`,
    identityStoreId: ids.identityStoreId(),
    region: seed.region,
    account: seed.account,
    users: {},
    groups: {},
    trustedTokenIssuers: {},
    permissionSets: {},
  };
  seeding.result.identityCenters[seed.name] = instance;
  world.instances.set(instance.instanceArn, {
    instanceArn: instance.instanceArn,
    identityStoreId: instance.identityStoreId,
    ownerAccountId: seed.account,
    region: seed.region,
    name: seed.name,
    status: "ACTIVE",
    createdAtMs: nowMs,
  });
  const target = (path: string, of: object = seed): PartTarget => ({
    account: seed.account,
    region: seed.region,
    path: `${seed.name}/${path}`,
    of,
  });
  const groups = new Set([
    ...(seed.groups ?? []),
    ...(seed.users ?? []).flatMap((user) => user.groups ?? []),
  ]);
  for (const displayName of groups) {
    const input = { IdentityStoreId: instance.identityStoreId, DisplayName: displayName };
    const { GroupId } = await call("identitystore", "CreateGroup", input, target(`group/${displayName}`));
    instance.groups[displayName] = String(GroupId);
  }
  for (const user of seed.users ?? []) await seedUser(user, instance, seeding, target);
  for (const issuer of seed.trustedTokenIssuers ?? []) {
    const input = {
      InstanceArn: instance.instanceArn,
      Name: issuer.name,
      TrustedTokenIssuerType: "OIDC_JWT",
      TrustedTokenIssuerConfiguration: {
        OidcJwtConfiguration: {
          IssuerUrl: issuer.issuerUrl,
          ClaimAttributePath: issuer.claim ?? "email",
          IdentityStoreAttributePath: issuer.attribute ?? "emails.value",
          JwksRetrievalOption: "OPEN_ID_DISCOVERY",
        },
      },
    };
    const created = await call(
      "sso-admin",
      "CreateTrustedTokenIssuer",
      input,
      target(`issuer/${issuer.name}`, issuer),
    );
    instance.trustedTokenIssuers[issuer.name] = String(created["TrustedTokenIssuerArn"]);
  }
  for (const set of seed.permissionSets ?? []) await seedPermissionSet(set, instance, seeding, target);
}

async function seedUser(
  seed: SeedUser,
  instance: SeedResultInstance,
  { call, world }: InstanceSeeding,
  target: (path: string, of?: object) => PartTarget,
): Promise<void> {
  const displayName = seed.displayName ?? seed.userName;
  const [given, ...family] = displayName.split(" ");
  const input = {
    IdentityStoreId: instance.identityStoreId,
    UserName: seed.userName,
    DisplayName: displayName,
    Name: {
      GivenName: seed.givenName ?? given,
      FamilyName: seed.familyName ?? (family.join(" ") || displayName),
    },
    ...(seed.email === undefined ? {} : { Emails: [{ Value: seed.email, Type: "work", Primary: true }] }),
  };
  const { UserId } = await call("identitystore", "CreateUser", input, target(`user/${seed.userName}`, seed));
  const userId = String(UserId);
  instance.users[seed.userName] = userId;
  // Neither external ids nor the status can be set through CreateUser: provisioning (SCIM) and the console do it.
  const stored = [...world.users.values()].find(
    (each) => each.identityStoreId === instance.identityStoreId && each.userId === userId,
  );
  if (stored !== undefined) {
    stored.externalIds = seed.externalIds ?? [];
    const further = (seed.furtherEmails ?? []).map((value) => ({ value, type: "other", primary: false }));
    stored.emails = [...stored.emails, ...further];
    stored.status = seed.disabled ? "DISABLED" : "ENABLED";
  }
  for (const group of seed.groups ?? []) {
    const membership = {
      IdentityStoreId: instance.identityStoreId,
      GroupId: instance.groups[group],
      MemberId: { UserId: userId },
    };
    await call(
      "identitystore",
      "CreateGroupMembership",
      membership,
      target(`membership/${seed.userName}/${group}`, seed),
    );
  }
}
