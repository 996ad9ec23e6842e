// Tags of an OpenID Connect provider.
import { family } from "../../operation/operation.ts";
import type { ListInput } from "./lookup.ts";
import { list } from "./lookup.ts";
import { getOidcProvider, type ProviderInput, providerResource } from "./oidc_provider_lookup.ts";
import { tagOperations, wireTags } from "./role_tags.ts";

const { tag, untag } = tagOperations({
  authorize: (input) => providerResource(input as ProviderInput),
  find: (input, context) => getOidcProvider(context, input as ProviderInput),
});

/** The operations of this family. */
export const oidcProviderTagOperations = family("iam", {
  TagOpenIDConnectProvider: tag,
  UntagOpenIDConnectProvider: untag,
  ListOpenIDConnectProviderTags: {
    authorize: providerResource,
    run(input: ProviderInput & ListInput, context) {
      const { tags, arn } = getOidcProvider(context, input);
      return list(context, input, wireTags(tags), { as: "Tags", show: (one) => one, filter: arn });
    },
  },
});
