// The commands `tti client …`: registration, which makes keys and reads files, and those of the table.

import { createClient } from "../../admin/operations/clients.ts";
import { apiScope } from "../../grants_and_scopes.ts";
import { withAdministration } from "../administration.ts";
import { generateClientKey, keepClientKey } from "../client_key.ts";
import {
  assertFree,
  readKeySet,
  shownAndLifetimes,
  shownAndLifetimesHelp,
  shownAndLifetimesOf,
} from "../client_options.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { commandsOf } from "../operation_command.ts";
import { formatFields } from "../terminal.ts";
import { updateCommand } from "./client_update.ts";
import { clientLogoCommand } from "./logo.ts";

const create = defineCommand({
  name: "client create",
  summary: "register an application",
  help: `Usage: tti client create [--id ID] [--name NAME] [OPTIONS]

Registers a client: an application that signs users in, a back end that mints ID tokens,
or a caller of the admin API. A secret is generated and shown once; only its hash is kept.

Sign users in:
  --redirect-uri URI        where users come back to; repeat for several
  --post-logout-uri URI     where they come back to after logout; repeat for several
  --first-party             yours: users are not asked for consent
  --native                  an application on people's machines (public): any port of
                            http://127.0.0.1/… and http://[::1]/…, or a scheme of its own;
                            assumed where all its redirect URIs are such
  --no-pkce                 a confidential client that cannot send PKCE
  --pushed-requests CHOICE  off (default), allowed or required: it may send what it asks
                            for to /request, or must, not through the browser
  --no-rotation             a confidential client that keeps one refresh token
  --backchannel-logout-uri URI   told when a session of a user of it ends
  --device-authorization    a device without a browser may have people sign in elsewhere, by a
                            code (RFC 8628); it needs no redirect URI then
Bind its access tokens to a key it holds:
  --dpop CHOICE             off (default), allowed or required (RFC 9449)
Mint ID tokens for users it names:
  --mint-for TENANT         repeat for several; '*' for every tenant
Search as users it names:
  --search-for TENANT       repeat for several; '*' for every tenant
Answer the login challenges of your own login page:
  --handoff-for TENANT      repeat for several; '*' for every tenant
Call the admin API:
  --admin                   may ask for the scope ${apiScope.admin}
Act for itself at an API of yours, or be the API's own server:
  --service                 what it may do there: tti resource allow
${shownAndLifetimesHelp}
How it proves who it is:
  --auth-method METHOD      client_secret_basic (default), client_secret_post,
                            private_key_jwt, none (public, with PKCE)
  --jwks FILE               its public keys, as a JWK Set
  --jwks-uri URL            where its public keys are
  --secret-stdin            a secret of your own, on standard input: 32 characters or more, random
  --key-out FILE            make a key pair: register the public key, write the private
                            one to FILE (implies private_key_jwt)
  --json                    print one JSON document

Example:
  $ tti client create --id app --first-party --redirect-uri https://app.example.com/callback`,
  options: {
    id: { type: "string" },
    name: { type: "string" },
    "redirect-uri": { type: "string", multiple: true },
    "post-logout-uri": { type: "string", multiple: true },
    "first-party": { type: "boolean" },
    native: { type: "boolean" },
    "no-pkce": { type: "boolean" },
    "no-rotation": { type: "boolean" },
    "pushed-requests": { type: "string" },
    "device-authorization": { type: "boolean" },
    dpop: { type: "string" },
    "mint-for": { type: "string", multiple: true },
    "search-for": { type: "string", multiple: true },
    "handoff-for": { type: "string", multiple: true },
    "backchannel-logout-uri": { type: "string" },
    admin: { type: "boolean" },
    service: { type: "boolean" },
    "auth-method": { type: "string" },
    jwks: { type: "string" },
    "jwks-uri": { type: "string" },
    "key-out": { type: "string" },
    "secret-stdin": { type: "boolean" },
    ...shownAndLifetimes,
  },
  async run({ values, terminal }) {
    const keyOut = values["key-out"];
    if (keyOut !== undefined && (values.jwks !== undefined || values["jwks-uri"] !== undefined)) {
      throw new UsageError("--key-out cannot stand beside --jwks or --jwks-uri", "Give one of them");
    }
    assertFree(keyOut);
    const secret = values["secret-stdin"] ? await terminal.readSecret("secret") : undefined;
    const pair = keyOut === undefined ? undefined : await generateClientKey();
    const purposes = [
      ...(values["redirect-uri"] === undefined && !values["device-authorization"] ? [] : ["login"]),
      ...(values["mint-for"] === undefined ? [] : ["mint"]),
      ...(values["search-for"] === undefined ? [] : ["search"]),
      ...(values["handoff-for"] === undefined ? [] : ["handoff"]),
      ...(values.admin ? ["admin"] : []),
      ...(values.service ? ["service"] : []),
    ];
    if (purposes.length === 0) {
      throw new UsageError(
        "the client has nothing to do",
        "Say what it is for: --redirect-uri URI, --device-authorization, --mint-for, --search-for, --handoff-for TENANT, --admin or --service",
      );
    }
    const input = {
      clientId: values.id,
      name: values.name,
      purposes,
      redirectUris: values["redirect-uri"],
      postLogoutRedirectUris: values["post-logout-uri"],
      firstParty: values["first-party"],
      applicationType: values.native ? "native" : undefined,
      requirePkce: values["no-pkce"] ? false : undefined,
      rotateRefreshToken: values["no-rotation"] ? false : undefined,
      pushedRequests: values["pushed-requests"],
      deviceAuthorization: values["device-authorization"],
      dpop: values.dpop,
      backchannelLogoutUri: values["backchannel-logout-uri"],
      mintTenants: values["mint-for"],
      searchTenants: values["search-for"],
      handoffTenants: values["handoff-for"],
      authMethod: values["auth-method"] ?? defaultAuthMethod(pair !== undefined, values.native === true),
      jwks: pair === undefined ? values.jwks && readKeySet(values.jwks, "jwks") : { keys: [pair.publicJwk] },
      jwksUri: values["jwks-uri"],
      ...shownAndLifetimesOf(values),
      secret,
    };
    return withAdministration(async (context) => {
      const given = Object.fromEntries(
        Object.entries(input).filter(([, value]) => value !== undefined && value !== null),
      );
      const register = () => createClient(context, given);
      const client = await (pair === undefined || keyOut === undefined
        ? register()
        : keepClientKey(keyOut, pair.privateJwk, register, ({ clientId }) => clientId));
      terminal.result(
        { ...client, ...(keyOut === undefined ? {} : { keyFile: keyOut }) },
        formatFields([
          ["client_id", client.clientId],
          ...(client.clientSecret === undefined ? [] : ([["client_secret", client.clientSecret]] as const)),
          ...(keyOut === undefined ? [] : ([["private key", keyOut]] as const)),
          ["grants", (client.metadata.grant_types ?? []).join(" ")],
          ["redirect_uris", (client.metadata.redirect_uris ?? []).join(" ") || "none"],
        ]),
      );
      if (client.clientSecret !== undefined && !terminal.json) {
        terminal.say("The secret is shown this once; only its hash is kept.");
      }
      for (const warning of client.warnings) terminal.say(`Note: ${warning}`);
      return 0;
    });
  },
});

function defaultAuthMethod(hasKey: boolean, native: boolean): string | undefined {
  if (hasKey) return "private_key_jwt";
  return native ? "none" : undefined;
}

export const clientCommands: readonly Command[] = [
  create,
  updateCommand,
  ...commandsOf("client"),
  clientLogoCommand,
];
