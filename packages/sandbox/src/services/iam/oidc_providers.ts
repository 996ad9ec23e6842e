// OpenID Connect providers of an account: Create, Get, List, Delete, client ids, thumbprints.
// IAM API reference; IAM user guide, "Create an OpenID Connect (OIDC) identity provider in IAM".
import { family, type OperationContext } from "../../operation/operation.ts";
import type { OidcProvider } from "../../state/iam_entities.ts";
import {
  getOidcProvider,
  oidcProvidersOf,
  type ProviderInput,
  providerResource,
} from "./oidc_provider_lookup.ts";
import { refuse } from "./refuse.ts";
import { keepTags, type WireTag, wireTags } from "./role_tags.ts";

type CreateInput = { Url: string; ClientIDList?: string[]; ThumbprintList?: string[]; Tags?: WireTag[] };
type ClientInput = ProviderInput & { ClientID: string };

/** IAM quotas. */
const providersPerAccount = 100;
const clientIdsPerProvider = 100;
const thumbprintsPerProvider = 5;

/** The operations of this family. */
export const oidcProviderOperations = family("iam", {
  CreateOpenIDConnectProvider: {
    authorize: ({ Url: url }: CreateInput, { accountId }) => arnOf(url, accountId),
    run(input: CreateInput, context) {
      const { world, accountId, clock } = context;
      assertUrl(input.Url, context);
      const arn = arnOf(input.Url, accountId);
      if (world.oidcProviders.has(arn)) {
        throw refuse("EntityAlreadyExists", `Provider with url ${input.Url} already exists.`, {
          rule: "oidcProvider.urlUnique",
          why: `Account ${accountId} has ${arn}.`,
          fix: "Use that one; add audiences with AddClientIDToOpenIDConnectProvider.",
        });
      }
      assertQuota("providers of an account", oidcProvidersOf(context).length + 1, providersPerAccount);
      const clientIds = [...new Set(input.ClientIDList ?? [])];
      assertQuota("client ids of a provider", clientIds.length, clientIdsPerProvider);
      const provider: OidcProvider = {
        arn,
        accountId,
        issuerUrl: input.Url,
        clientIds,
        thumbprints: readThumbprints(input.ThumbprintList ?? []),
        tags: keepTags(input.Tags ?? []),
        createdAtMs: clock().getTime(),
      };
      world.oidcProviders.set(arn, provider);
      return { OpenIDConnectProviderArn: arn, Tags: wireTags(provider.tags) };
    },
  },

  GetOpenIDConnectProvider: {
    authorize: providerResource,
    run(input: ProviderInput, context) {
      const provider = getOidcProvider(context, input);
      return {
        // IAM answers the URL without its scheme.
        Url: nameOf(provider.issuerUrl),
        ClientIDList: provider.clientIds,
        ThumbprintList: provider.thumbprints,
        CreateDate: new Date(provider.createdAtMs),
        Tags: wireTags(provider.tags),
      };
    },
  },

  ListOpenIDConnectProviders: {
    authorize: "anyResource",
    run: (_input, context) => ({
      OpenIDConnectProviderList: oidcProvidersOf(context).map(({ arn }) => ({ Arn: arn })),
    }),
  },

  DeleteOpenIDConnectProvider: {
    authorize: providerResource,
    run(input: ProviderInput, context) {
      // "If you attempt to delete … a provider that does not exist": NoSuchEntity is modelled; roles that trust it stay.
      context.world.oidcProviders.delete(getOidcProvider(context, input).arn);
      return {};
    },
  },

  AddClientIDToOpenIDConnectProvider: {
    authorize: providerResource,
    run(input: ClientInput, context) {
      const provider = getOidcProvider(context, input);
      // "This operation is idempotent": an id that is there already is no fault.
      const clientIds = [...new Set([...provider.clientIds, input.ClientID])];
      assertQuota("client ids of a provider", clientIds.length, clientIdsPerProvider);
      provider.clientIds = clientIds;
      return {};
    },
  },

  RemoveClientIDFromOpenIDConnectProvider: {
    authorize: providerResource,
    run(input: ClientInput, context) {
      const provider = getOidcProvider(context, input);
      // Idempotent as well: it does not fail for an id that is not there.
      provider.clientIds = provider.clientIds.filter((each) => each !== input.ClientID);
      return {};
    },
  },

  UpdateOpenIDConnectProviderThumbprint: {
    authorize: providerResource,
    run(input: ProviderInput & { ThumbprintList: string[] }, context) {
      const provider = getOidcProvider(context, input);
      provider.thumbprints = readThumbprints(input.ThumbprintList);
      return {};
    },
  },
});

/** Host and path of a URL, as ARNs and condition keys name the provider. */
function nameOf(url: string): string {
  return url.replace(/^https?:\/\//, "");
}

function arnOf(url: string, accountId: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${nameOf(url)}`;
}

/** https, no query, no fragment, no port; a local issuer may be http and have a port where the rules allow one. */
function assertUrl(text: string, { rules }: OperationContext): void {
  const isLocal = rules.get("issuer.allowLocal") === "allow";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const why =
    url === undefined || !(url.protocol === "https:" || (isLocal && url.protocol === "http:"))
      ? "it does not begin with https://"
      : url.port !== "" && !isLocal
        ? `it has the port ${url.port}`
        : /[?#]/.test(text)
          ? "it has a query or a fragment"
          : undefined;
  if (why === undefined) return;
  throw refuse("InvalidInput", "Invalid Open ID Connect Provider URL", {
    rule: "oidcProvider.url",
    why: `The URL "${text.slice(0, 300)}" cannot be a provider's: ${why}.`,
    fix: "Give the issuer's https URL, as its tokens have it in iss; for a local issuer start the sandbox with allowLocalIssuers (rule issuer.allowLocal).",
  });
}

function readThumbprints(given: readonly string[]): string[] {
  const wrong = given.find((each) => !/^[0-9a-f]{40}$/i.test(each));
  if (wrong !== undefined) {
    throw refuse("InvalidInput", "Thumbprint must be 40 hexadecimal characters.", {
      rule: "oidcProvider.thumbprint",
      why: `"${wrong}" is no SHA-1 thumbprint.`,
      fix: "Give 40 hexadecimal digits without colons, or no ThumbprintList at all.",
    });
  }
  assertQuota("thumbprints of a provider", given.length, thumbprintsPerProvider);
  return given.map((each) => each.toLowerCase());
}

function assertQuota(what: string, count: number, most: number): void {
  if (count <= most) return;
  throw refuse("LimitExceeded", `Cannot exceed quota: ${most} ${what}`, {
    rule: "oidcProvider.quota",
    why: `There would be ${count} ${what}; ${most} are allowed.`,
    fix: "Remove some first.",
  });
}
