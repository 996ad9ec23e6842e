// Owns an API of the ISV's for tests: the resource, the clients that may ask for it, and its own server.

import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { allowResource } from "../../../src/admin/operations/resource_rights.ts";
import { createResource } from "../../../src/admin/operations/resources.ts";
import { findClient } from "../../../src/provider/clients/client_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import {
  basic,
  getCode,
  type JsonAnswer,
  type Params,
  postForm,
  postToken,
  redeem,
} from "../support/authorization.ts";
import { addClient, type ProviderFixture } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

/** An API whose tokens are signed, and one whose tokens are opaque. */
export const signedApi = "https://signed.api.example";
export const opaqueApi = "urn:example:api:opaque";

/**
 * Adds both APIs, the application `app` that may ask for `read` and `write` of them, the back end `worker` that may ask
 * for `write` for itself, the server `api` of both, and `stranger`, which was given nothing.
 */
export async function addApis({ db }: Pick<ProviderFixture, "db">): Promise<OperationContext> {
  const operator = cliContext(db);
  if ((await findClient(db, "app")) === undefined) await addClient(db, { client_id: "app" });
  await addClient(db, { client_id: "stranger", grant_types: ["authorization_code", "client_credentials"] });
  for (const client_id of ["worker", "api"]) {
    await addClient(db, {
      client_id,
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      scope: "openid",
    });
  }
  for (const [identifier, tokenFormat] of [
    [signedApi, "jwt"],
    [opaqueApi, "opaque"],
  ]) {
    const scopes = { read: "Read your things", write: "Change your things", rule: "Rule over all things" };
    await createResource(operator, { identifier, name: `API ${tokenFormat}`, scopes, tokenFormat });
    await allowResource(operator, { identifier, clientId: "app", scopes: ["read", "write"] });
    await allowResource(operator, { identifier, clientId: "worker", ownScopes: ["write"] });
    await allowResource(operator, { identifier, clientId: "api", introspects: true });
  }
  return operator;
}

/** Signs a person in and gets tokens for an API. */
export async function tokensFor(
  fixture: ProviderFixture,
  email: string,
  resource: string,
  params: Params = {},
  agent = new UserAgent(),
): Promise<JsonAnswer> {
  const code = await getCode(fixture, email, { scope: "openid read", resource, ...params }, agent);
  return redeem(fixture, code, {}, basic(params["client_id"] ?? "app"));
}

/** Gets a client's own token for an API. */
export function ownToken(
  fixture: { issuer: string },
  resource: string | undefined,
  scope: string | undefined,
  clientId = "worker",
): Promise<JsonAnswer> {
  return postToken(fixture, { grant_type: "client_credentials", resource, scope }, basic(clientId));
}

/** Asks what becomes of a token, as the server of the APIs does. */
export function introspect(
  { issuer }: { issuer: string },
  token: unknown,
  clientId = "api",
): Promise<JsonAnswer> {
  return postForm(new URL("/token/introspection", issuer), { token: String(token) }, basic(clientId));
}

/** Whether a token is told to be good. */
export async function isActive(
  fixture: { issuer: string },
  token: unknown,
  clientId = "api",
): Promise<boolean> {
  return (await introspect(fixture, token, clientId)).body["active"] === true;
}
