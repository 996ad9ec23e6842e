// Owns the operations by which a client is given what it may ask of a resource, and by which it is taken away. Denied
// until given: for people who sign in, for the client itself, and to ask about tokens, each by itself.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { grantTypes, signInGrants } from "../../grants_and_scopes.ts";
import { getClient, type StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { knownScopes, type Resource, type ResourceRight } from "../../provider/resources/resource.ts";
import * as store from "../../provider/resources/resource_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { operation } from "./entry.ts";
import { identifier, rightMembers, rightShape, rightText } from "./resource_input.ts";

const permission = adminChange;
const clientId = z.string().describe("The client's id.");
const words = { IDENTIFIER: "identifier", CLIENT: "clientId" };
const example = "https://api.example.com app";

/**
 * Gives a client what it may ask of a resource, in place of what it had. If that takes something away, opaque tokens it
 * has for the resource end at once.
 * @throws OperationError invalid_input, resource_not_found, client_not_found
 */
export const allowResource = operation({
  name: "resource allow",
  summary: "Give a client what it may ask of a resource, in place of what it had",
  permission,
  events: ["resource.allowed"],
  input: z.strictObject({ identifier, clientId, ...rightMembers }),
  output: rightShape,
  http: [{ method: "post", path: "/v1/resources/:resource/clients", params: { resource: "identifier" } }],
  cli: {
    arguments: words,
    options: { scopes: "scope", ownScopes: "own-scope", introspects: "introspect" },
    summary: "let an application ask for tokens for an API",
    about: `--scope for people who sign in to the application, --own-scope for the application itself
(client_credentials), --introspect for the API's own server, which may then ask whether a
token for it is good. What is not named is not given; what it had before is replaced.`,
    example: `${example} --scope reports.read`,
    show: (right) => ({
      fields: [
        ["client_id", right.clientId],
        ["may", rightText(right)],
      ],
    }),
  },
  async run(trx, wanted, act): Promise<ResourceRight> {
    const resource = await store.getResource(trx, wanted.identifier);
    const client = await getClient(trx, wanted.clientId);
    const right = {
      clientId: client.clientId,
      scopes: parseScopes(resource, wanted.scopes, "scopes"),
      ownScopes: parseScopes(resource, wanted.ownScopes, "ownScopes"),
      introspects: wanted.introspects ?? false,
    };
    assertUsable(client.metadata, right);
    await store.saveResourceRight(trx, resource.identifier, right, client, act.now);
    const details = {
      resource: resource.identifier,
      scopes: right.scopes.join(" "),
      ownScopes: right.ownScopes.join(" "),
      introspects: right.introspects,
    };
    await act.record({ type: "resource.allowed", clientId: client.clientId, details });
    return right;
  },
});

/**
 * Takes away all that a client may ask of a resource. Opaque tokens it has for the resource end at once.
 * @throws OperationError resource_not_found
 */
export const disallowResource = operation({
  name: "resource disallow",
  summary: "Take away all that a client may ask of a resource",
  permission,
  events: ["resource.disallowed"],
  input: z.strictObject({ identifier, clientId }),
  output: z.strictObject({ deleted: z.literal(true) }),
  http: [
    {
      method: "delete",
      path: "/v1/resources/:resource/clients/:client",
      params: { resource: "identifier", client: "clientId" },
    },
  ],
  cli: {
    arguments: words,
    summary: "take an API away from an application",
    about: `It gets no token for the API any more, and may not ask about any. Opaque tokens it has for
the API end at once; a signed one (jwt) lives out its time.`,
    example,
    show: (_deleted, input) => ({ text: `${input["clientId"]} may ask for nothing of it any more.` }),
  },
  async run(trx, wanted, act) {
    const resource = await store.getResource(trx, wanted.identifier);
    if (!(await store.deleteResourceRight(trx, resource.identifier, wanted.clientId))) {
      throw new OperationError("resource_not_found", "The client may ask for nothing of this resource.", {
        field: "clientId",
      });
    }
    const details = { resource: resource.identifier };
    await act.record({ type: "resource.disallowed", clientId: wanted.clientId, details });
    return { deleted: true as const };
  },
});

function parseScopes(resource: Resource, scopes: readonly string[] | undefined, field: string): string[] {
  const asked = [...new Set(scopes)];
  if (knownScopes(resource, asked).length === asked.length) return asked;
  const has = Object.keys(resource.scopes).join(", ");
  throw refuse(field, "names a scope that the resource does not have", `It has: ${has}.`);
}

// What could never be used is refused, and not kept for a day when it might.
function assertUsable(
  metadata: StoredClientMetadata,
  { scopes, ownScopes, introspects }: ResourceRight,
): void {
  const grants = metadata.grant_types ?? [];
  if (scopes.length + ownScopes.length === 0 && !introspects) {
    throw refuse(
      "scopes",
      "is missing",
      "Name scopes, own scopes, or introspection; to take all away: tti resource disallow.",
    );
  }
  if (scopes.length > 0 && !signInGrants.some((grant) => grants.includes(grant))) {
    throw refuse("scopes", "is of no use: nobody signs in to the client", "Give it scopes of its own.");
  }
  const isPublic = metadata.token_endpoint_auth_method === "none";
  if (ownScopes.length > 0 && (isPublic || !grants.includes(grantTypes.clientCredentials))) {
    throw refuse(
      "ownScopes",
      "is of no use: the client may not act for itself",
      "Register a client for it: tti client create --service.",
    );
  }
  if (introspects && isPublic) {
    throw refuse(
      "introspects",
      "needs a client that proves who it is",
      "Register a client for the API's server: tti client create --service.",
    );
  }
}

const refuse = (field: string, problem: string, fix: string): OperationError =>
  new OperationError("invalid_input", `${field} ${problem}.`, { field, fix });
