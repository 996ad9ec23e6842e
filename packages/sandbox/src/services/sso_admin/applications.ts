// Applications of IAM Identity Center: Create, Describe, Update, Delete and List.

import type { Json } from "../../ground/errors.ts";
import { createOnce } from "../../operation/idempotency.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type {
  IdentityCenterApplication,
  IdentityCenterInstance,
} from "../../state/identity_center_entities.ts";
import { customProvider } from "./application_providers.ts";
import { getApplication, getInstance, identityStoreArn, instanceIdOf, list } from "./lookup.ts";
import { refuse, refuseTokenReuse } from "./refuse.ts";

type PortalOptions = {
  SignInOptions?: { Origin: "IDENTITY_CENTER" | "APPLICATION"; ApplicationUrl?: string };
  Visibility?: "ENABLED" | "DISABLED";
};
type CreateInput = {
  InstanceArn: string;
  ApplicationProviderArn: string;
  Name: string;
  Description?: string;
  PortalOptions?: PortalOptions;
  Tags?: { Key: string; Value: string }[];
  Status?: "ENABLED" | "DISABLED";
  ClientToken?: string;
};
type ApplicationInput = { ApplicationArn: string };
type UpdateInput = ApplicationInput & {
  Name?: string;
  Description?: string;
  Status?: "ENABLED" | "DISABLED";
  PortalOptions?: Omit<PortalOptions, "Visibility">;
};
type ListInput = {
  InstanceArn: string;
  MaxResults?: number;
  NextToken?: string;
  Filter?: { ApplicationAccount?: string; ApplicationProvider?: string };
};

/** The operations of this family. */
export const applicationOperations = family("sso-admin", {
  CreateApplication: {
    authorize: (input: CreateInput) => input.InstanceArn,
    run(input: CreateInput, context) {
      const instance = getInstance(context, input.InstanceArn);
      assertProvider(input.ApplicationProviderArn);
      assertPortalOptions(input.PortalOptions);
      const { ClientToken: token, ...parameters } = input;
      const create = () => addApplication(input, instance, context);
      return createOnce(context, token, parameters, create, refuseTokenReuse);
    },
  },

  DescribeApplication: {
    authorize: (input: ApplicationInput) => input.ApplicationArn,
    run: (input: ApplicationInput, context) =>
      describe(getApplication(context, input.ApplicationArn), context),
  },

  UpdateApplication: {
    authorize: (input: UpdateInput) => input.ApplicationArn,
    run(input: UpdateInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      assertPortalOptions(input.PortalOptions);
      application.name = input.Name ?? application.name;
      application.description = input.Description ?? application.description;
      application.status = input.Status ?? application.status;
      if (input.PortalOptions) {
        application.portalOptions = { ...application.portalOptions, ...plain(input.PortalOptions) };
      }
      return {};
    },
  },

  DeleteApplication: {
    authorize: (input: ApplicationInput) => input.ApplicationArn,
    run(input: ApplicationInput, context) {
      const { applicationArn } = getApplication(context, input.ApplicationArn);
      removeApplication(context, applicationArn);
      return {};
    },
  },

  ListApplications: {
    authorize: (input: ListInput) => input.InstanceArn,
    run(input: ListInput, context) {
      const { InstanceArn: arn, Filter: filter } = input;
      getInstance(context, arn);
      const found = [...context.world.applications.values()].filter(
        ({ instanceArn, accountId, applicationProviderArn }) =>
          instanceArn === arn &&
          (filter?.ApplicationAccount ?? accountId) === accountId &&
          (filter?.ApplicationProvider ?? applicationProviderArn) === applicationProviderArn,
      );
      // The model bounds the answer to 50, whatever MaxResults says.
      return list(context, input, found, {
        as: "Applications",
        show: (application) => describe(application, context),
        usual: 50,
        most: 50,
        filter: [arn, filter],
      });
    },
  },
});

/** Removes an application with all that was issued for it, as its own deletion and its data accessor's do. */
export function removeApplication({ world }: Pick<OperationContext, "world">, applicationArn: string): void {
  for (const collection of [world.authorizationCodes, world.refreshTokens]) {
    for (const [key, issued] of collection) {
      if (issued.applicationArn === applicationArn) collection.delete(key);
    }
  }
  world.applications.delete(applicationArn);
}

function addApplication(
  input: CreateInput,
  instance: IdentityCenterInstance,
  context: OperationContext,
): { [member: string]: Json } {
  const { world, ids, accountId, clock } = context;
  const applicationArn = `arn:aws:sso::${accountId}:application/${instanceIdOf(instance.instanceArn)}/${ids.applicationId()}`;
  world.applications.set(applicationArn, {
    applicationArn,
    instanceArn: instance.instanceArn,
    accountId,
    applicationProviderArn: input.ApplicationProviderArn,
    name: input.Name,
    description: input.Description ?? null,
    status: input.Status ?? "ENABLED",
    portalOptions: input.PortalOptions ? plain(input.PortalOptions) : null,
    grants: {},
    actorPolicy: null,
    accessScopes: [],
    assignmentRequired: true,
    assignments: [],
    userBackgroundSessionStatus: "DISABLED",
    dataAccessorId: null,
    tags: (input.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
    createdAtMs: clock().getTime(),
  });
  return {
    ApplicationArn: applicationArn,
    InstanceArn: instance.instanceArn,
    IdentityStoreArn: identityStoreArn(instance),
  };
}

function assertProvider(providerArn: string): void {
  if (providerArn === customProvider) return;
  throw refuse("ResourceNotFoundException", `Application provider ${providerArn} was not found.`, {
    rule: "application.provider",
    why: `The sandbox only creates customer managed OAuth 2.0 applications, not those of ${providerArn}.`,
    fix: `Use ${customProvider}.`,
  });
}

/** API reference, SignInOptions: ApplicationUrl goes with Origin APPLICATION, and only with it. */
function assertPortalOptions(options: PortalOptions | undefined): void {
  const signIn = options?.SignInOptions;
  if (!signIn || (signIn.Origin === "APPLICATION") === (signIn.ApplicationUrl !== undefined)) return;
  throw refuse(
    "ValidationException",
    "ApplicationUrl is required when Origin is APPLICATION, and only then.",
    {
      rule: "application.portalOptions",
      why: `Origin is ${signIn.Origin} and ApplicationUrl is ${signIn.ApplicationUrl === undefined ? "absent" : "given"}.`,
      fix: "Give ApplicationUrl exactly when Origin is APPLICATION.",
    },
  );
}

function describe(application: IdentityCenterApplication, { world }: OperationContext) {
  const instance = world.instances.get(application.instanceArn);
  return {
    ApplicationArn: application.applicationArn,
    ApplicationProviderArn: application.applicationProviderArn,
    Name: application.name,
    ApplicationAccount: application.accountId,
    InstanceArn: application.instanceArn,
    IdentityStoreArn: instance && identityStoreArn(instance),
    Status: application.status,
    PortalOptions: application.portalOptions,
    Description: application.description,
    CreatedDate: new Date(application.createdAtMs),
    CreatedFrom: instance?.region,
  };
}

/** Portal options as the world keeps them: JSON without undefined members. */
function plain(options: PortalOptions): Record<string, Json> {
  const { SignInOptions: signIn, Visibility: visibility } = options;
  return {
    ...(signIn && {
      SignInOptions: {
        Origin: signIn.Origin,
        ...(signIn.ApplicationUrl !== undefined && { ApplicationUrl: signIn.ApplicationUrl }),
      },
    }),
    ...(visibility && { Visibility: visibility }),
  };
}
