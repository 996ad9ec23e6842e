// Owns how a client is told in plain text: a row of the list, and all of one that an operator decides by.
import { grantTypes } from "../../grants_and_scopes.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { type TenantRight, tenantRights, tenantsOfRight } from "../../provider/clients/tenant_rights.ts";
import { addressMembers, lifetimeMembers } from "./client_members.ts";
import { registrationOf } from "./client_metadata.ts";
import type { ClientView } from "./client_view.ts";
import { momentText } from "./ended_text.ts";
import { rightText } from "./resource_input.ts";

type Fields = (readonly [string, string])[];

/** A client as a row of a table. */
export function clientRow({ clientId, metadata, disabledAtMs }: ClientView): Record<string, string> {
  return {
    ID: clientId,
    NAME: metadata.client_name ?? "",
    AUTH: metadata.token_endpoint_auth_method ?? "",
    PARTY: metadata.first_party ? "first" : "third",
    STATE: disabledAtMs === null ? "enabled" : "disabled",
    "ACTS FOR": tenantRights.flatMap((right) => actsForText(metadata, right)).join("; "),
    "REDIRECT URIS": metadata.redirect_uris?.join(" ") ?? "",
  };
}

function actsForText(metadata: StoredClientMetadata, right: TenantRight): string[] {
  const tenants = tenantsOfRight(metadata, right);
  return tenants.length === 0 ? [] : [`${right}: ${tenants.join(", ")}`];
}

/** A client as one reads it: whether it works, what it proves itself with, what it may, where it is. */
export function clientFields(client: ClientView): Fields {
  const { clientId, metadata, disabledAtMs, createdAtMs } = client;
  const { purposes = [] } = registrationOf(metadata);
  return [
    ["client_id", clientId],
    ["name", metadata.client_name ?? "none: people read its id"],
    ["state", disabledAtMs === null ? "enabled" : `disabled since ${momentText(disabledAtMs)}`],
    ["registered", momentText(createdAtMs)],
    ["whose", metadata.first_party ? "yours: people are not asked" : "a third party's: people are asked"],
    ["kind", metadata.application_type === "native" ? "native" : "web"],
    ...proofFields(client),
    ["purposes", purposes.join(", ")],
    ...tenantRights.flatMap((right): Fields => {
      const tenants = tenantsOfRight(metadata, right);
      if (tenants.length === 0) return [];
      return [[`${right} for`, tenants.includes("*") ? "every tenant" : tenants.join(", ")]];
    }),
    ...client.resources.map((right) => ["resource", `${right.identifier}: ${rightText(right)}`] as const),
    ["grants", (metadata.grant_types ?? []).join(" ") || "none"],
    ["scopes", metadata.scope || "none"],
    ...settingFields(metadata),
    ...placeFields(metadata),
  ];
}

// What it proves itself with, and what of it ends when.
function proofFields({ metadata, formerSecretUntilMs, keyIds }: ClientView): Fields {
  const method = metadata.token_endpoint_auth_method ?? "client_secret_basic";
  return [
    ["proves itself", method === "none" ? "none: it is public" : method],
    ...(formerSecretUntilMs === undefined
      ? []
      : [["old secret", `counts too until ${momentText(formerSecretUntilMs)}`] as const]),
    ...keyIds.map((id) => ["key", id] as const),
    ...(metadata.jwks_uri === undefined ? [] : [["keys at", metadata.jwks_uri] as const]),
  ];
}

function settingFields(metadata: StoredClientMetadata): Fields {
  const lives = Object.values(lifetimeMembers).flatMap((name): Fields => {
    const seconds = metadata[name];
    return seconds === undefined ? [] : [[name.replace("_seconds", "").replaceAll("_", " "), `${seconds} s`]];
  });
  return [
    ["pkce", metadata.require_pkce === false ? "not required" : "required"],
    ["refresh tokens", metadata.rotate_refresh_token === false ? "one is kept" : "each serves once"],
    ["pushed requests", metadata.pushed_requests ?? "off"],
    ["dpop", metadata.dpop ?? "off"],
    ["device codes", metadata.grant_types?.includes(grantTypes.deviceCode) ? "on" : "off"],
    ...lives,
  ];
}

function placeFields(metadata: StoredClientMetadata): Fields {
  const shown = Object.values(addressMembers).flatMap((name): Fields => {
    const uri = metadata[name];
    return uri === undefined ? [] : [[name, uri]];
  });
  return [
    ...(metadata.redirect_uris ?? []).map((uri) => ["redirect_uri", uri] as const),
    ...(metadata.post_logout_redirect_uris ?? []).map((uri) => ["post_logout_uri", uri] as const),
    ...(metadata.backchannel_logout_uri === undefined
      ? []
      : [["backchannel_logout_uri", metadata.backchannel_logout_uri] as const]),
    ...shown,
  ];
}
