// The seed's accounts: AWS has no API that makes an account or hands out its first credentials, so this writes them.

import { SandboxSetupError } from "../ground/errors.ts";
import type { PolicyDocument } from "../policy/policy_document.ts";
import { createIdSource, type IamRole, type World } from "../state/index.ts";
import type { SeedResult } from "../state/seed_result.ts";
import type { SeedAccount, SeedCredentials, SeedIsv, SeedRole } from "./schema.ts";

const ALLOW_ALL: PolicyDocument = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
};

/** What the functions of this file share. */
export type AccountSeeding = { world: World; result: SeedResult; randomSeed: string; nowMs: number };

/** Makes an account with its roles, users and credentials. */
export function seedAccount(account: SeedAccount, seeding: AccountSeeding): void {
  seeding.world.accounts.set(account.id, { accountId: account.id, name: account.name });
  for (const provider of account.oidcProviders ?? []) seedOidcProvider(account.id, provider, seeding);
  for (const role of account.roles ?? []) seedRole(account.id, role, seeding);
  for (const each of account.credentials ?? []) seedCredentials(account.id, each, seeding);
}

/** Registers an ISV as AWS would. */
export function seedIsv(isv: SeedIsv, { world }: AccountSeeding): void {
  world.registeredIsvs.set(isv.principal, {
    principal: isv.principal,
    displayName: isv.displayName,
    clientId: isv.clientId ?? null,
    redirectUris: isv.redirectUris ?? [],
  });
}

function seedOidcProvider(
  accountId: string,
  { url, clientIds }: NonNullable<SeedAccount["oidcProviders"]>[number],
  { world, nowMs }: AccountSeeding,
): void {
  const arn = `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https?:\/\//, "")}`;
  world.oidcProviders.set(arn, {
    arn,
    accountId,
    issuerUrl: url,
    clientIds: [...clientIds],
    thumbprints: [],
    tags: [],
    createdAtMs: nowMs,
  });
}

function seedRole(
  accountId: string,
  seed: SeedRole,
  { world, result, randomSeed, nowMs }: AccountSeeding,
): void {
  const path = seed.path ?? "/";
  const arn = `arn:aws:iam::${accountId}:role${path}${seed.name}`;
  const role: IamRole = {
    arn,
    accountId,
    roleName: seed.name,
    roleId: createIdSource(`${randomSeed}|role|${arn}`).principalId("AROA"),
    path,
    description: seed.description ?? null,
    maxSessionDurationSeconds: seed.maxSessionDurationSeconds ?? 3600,
    createdAtMs: nowMs,
    trustPolicy: seed.trustPolicy,
    inlinePolicies: { ...seed.policies },
    attachedPolicyArns: [],
    tags: seed.tags ?? [],
  };
  world.iamRoles.set(arn, role);
  result.roles[`${accountId}/${seed.name}`] = arn;
  result.roles[seed.name] ??= arn;
}

function seedCredentials(accountId: string, seed: SeedCredentials, seeding: AccountSeeding): void {
  const { world, result, randomSeed } = seeding;
  const ids = createIdSource(`${randomSeed}|credentials|${accountId}|${seed.name}`);
  const accessKeyId = seed.accessKeyId ?? ids.accessKeyId(seed.role === undefined ? "AKIA" : "ASIA");
  const secretAccessKey = seed.secretAccessKey ?? ids.secretAccessKey();
  const sessionToken =
    seed.sessionToken ?? (seed.role !== undefined && accessKeyId.startsWith("ASIA") ? ids.token(120) : null);
  world.accessKeys.set(accessKeyId, {
    accessKeyId,
    secretAccessKey,
    accountId,
    createdAtMs: seeding.nowMs,
    holder:
      seed.role === undefined
        ? { type: "user", userArn: ensureUser(accountId, seed, seeding) }
        : {
            type: "session",
            session: {
              sessionToken,
              roleArn: getRoleArn(accountId, seed, seeding),
              roleSessionName: seed.name,
              issuedAtMs: seeding.nowMs,
              expiresAtMs: null,
              tags: [],
              transitiveTagKeys: [],
              sessionPolicies: [],
              sourceIdentity: null,
              identityContext: null,
            },
          },
  });
  result.credentials[seed.name] = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null || seed.role === undefined ? {} : { sessionToken }),
  };
}

function ensureUser(
  accountId: string,
  seed: SeedCredentials,
  { world, randomSeed, nowMs }: AccountSeeding,
): string {
  const userName = seed.user ?? seed.name;
  const arn = `arn:aws:iam::${accountId}:user/${userName}`;
  if (!world.iamUsers.has(arn)) {
    world.iamUsers.set(arn, {
      arn,
      accountId,
      userName,
      userId: createIdSource(`${randomSeed}|user|${arn}`).principalId("AIDA"),
      path: "/",
      createdAtMs: nowMs,
      inlinePolicies: seed.policies === undefined ? { AllowAll: ALLOW_ALL } : { ...seed.policies },
      attachedPolicyArns: [],
      tags: [],
    });
  }
  return arn;
}

function getRoleArn(accountId: string, seed: SeedCredentials, { result }: AccountSeeding): string {
  const arn = result.roles[`${accountId}/${seed.role}`];
  if (arn !== undefined) return arn;
  throw new SandboxSetupError(
    "SANDBOX_SEED_INVALID",
    `The credentials "${seed.name}" name the role "${seed.role}", which account ${accountId} does not have. Add it to its roles.`,
  );
}
