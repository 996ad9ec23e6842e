// Owns the list of grants beyond OpenID Connect's own. A grant that is not listed here does not exist.
import type Provider from "oidc-provider";
import {
  clientCredentialsGrant,
  clientCredentialsHandler,
  clientCredentialsParameters,
} from "./client_credentials.ts";
import { jwtBearerGrant, jwtBearerHandler, jwtBearerParameters } from "./jwt_bearer.ts";
import { createMintDeps, type MintSettings } from "./mint.ts";
import { tokenExchangeGrant, tokenExchangeHandler, tokenExchangeParameters } from "./token_exchange.ts";

/**
 * Registers the grants by which a client's back end gets ID tokens. A client uses one only if its
 * `grant_types` name it, and for the tenants its `mint_tenants` name.
 */
export function registerGrants(provider: Provider, settings: MintSettings): void {
  const deps = createMintDeps(settings);
  provider.registerGrantType(tokenExchangeGrant, tokenExchangeHandler(provider, deps), [
    ...tokenExchangeParameters,
  ]);
  provider.registerGrantType(clientCredentialsGrant, clientCredentialsHandler(provider), [
    ...clientCredentialsParameters,
  ]);
  provider.registerGrantType(jwtBearerGrant, jwtBearerHandler(provider, deps), [...jwtBearerParameters]);
}
