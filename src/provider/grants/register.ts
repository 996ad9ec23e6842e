// Owns the list of grants beyond OpenID Connect's own. A grant that is not listed here does not exist.
import type Provider from "oidc-provider";
import { grantTypes } from "../../grants_and_scopes.ts";
import type { Installation } from "../../installation.ts";
import { clientCredentialsHandler, clientCredentialsParameters } from "./client_credentials.ts";
import { jwtBearerHandler, jwtBearerParameters } from "./jwt_bearer.ts";
import { createMintDeps } from "./mint.ts";
import { tokenExchangeHandler, tokenExchangeParameters } from "./token_exchange.ts";

/**
 * Registers the grants by which a client's back end gets ID tokens. A client uses one only if its
 * `grant_types` name it, and for the tenants its `mint_tenants` name.
 */
export function registerGrants(provider: Provider, installation: Installation): void {
  const deps = createMintDeps(installation);
  provider.registerGrantType(grantTypes.tokenExchange, tokenExchangeHandler(provider, deps), [
    ...tokenExchangeParameters,
  ]);
  provider.registerGrantType(grantTypes.clientCredentials, clientCredentialsHandler(provider, installation), [
    ...clientCredentialsParameters,
  ]);
  provider.registerGrantType(grantTypes.jwtBearer, jwtBearerHandler(provider, deps), [
    ...jwtBearerParameters,
  ]);
}
