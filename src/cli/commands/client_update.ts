// The command `tti client update`, which reads files and makes keys.
import { updateClient } from "../../admin/operations/client_update.ts";
import { endedRightsText, saidOf } from "../../admin/operations/ended_text.ts";
import { withAdministration } from "../administration.ts";
import { generateClientKey, keepClientKey } from "../client_key.ts";
import {
  assertFree,
  orNull,
  readKeySet,
  shownAndLifetimes,
  shownAndLifetimesHelp,
  shownAndLifetimesOf,
} from "../client_options.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { formatFields } from "../terminal.ts";

/** `tti client update`. */
export const updateCommand: Command = defineCommand({
  name: "client update",
  summary: "change an application's registration, keys or rights",
  help: `Usage: tti client update ID [OPTIONS]

Changes a client. What is not named stays. An option that may be repeated names all there
is to be: what is missing is taken away. What is taken away counts no more at once, on
every instance: an address (with the sign-ins under way to it), a key, a tenant. With a key,
a purpose or a tenant the access tokens it got for itself end; with a tenant it answered
logins for, the logins it vouched for there. '' takes away what can be left out.

  --name NAME               what people read
  --purpose PURPOSE         login, mint, handoff, search, admin or service; repeat: all
                            it may do
  --redirect-uri URI        where users come back to; repeat: all of them
  --post-logout-uri URI     where they come back to after logout; repeat: all of them
  --backchannel-logout-uri URI   told when a session of a user of it ends
  --mint-for TENANT         repeat: all of them; '*' for every tenant
  --search-for TENANT       repeat: all of them; '*' for every tenant
  --handoff-for TENANT      repeat: all of them; '*' for every tenant
  --first-party on|off      yours: users are not asked for consent
  --pkce on|off             off: a confidential client that cannot send PKCE
  --rotation on|off         off: a confidential client that keeps one refresh token
  --pushed-requests WHICH   off, allowed or required (RFC 9126)
  --device-authorization on|off   a device without a browser may have people sign in
                            elsewhere, by a code (RFC 8628)
  --dpop WHICH              off, allowed or required (RFC 9449); tokens that are bound to a
                            key otherwise end
  --auth-method METHOD      how it proves who it is: client_secret_basic, client_secret_post,
                            private_key_jwt or none. A secret that is needed is made and shown
                            once; one that is not counts no more. To none, all that was made
                            for it ends
${shownAndLifetimesHelp}
Its keys (a key that leaked: add another and retire it in one call):
  --add-key FILE            public keys to add: a JWK or a JWK Set
  --key-out FILE            make a key pair: add the public key, write the private one to FILE
  --retire-key KID          it counts no more; repeat for several (tti client show names them)
  --jwks FILE               its public keys, in place of all
  --jwks-uri URL            where its public keys are; as it is: they are read anew at once
  --dry-run                 only say what would end with what is taken away
  --json                    print one JSON document

Example:
  $ tti client update back-end --key-out back-end-2.json --retire-key 2026-key`,
  options: {
    name: { type: "string" },
    purpose: { type: "string", multiple: true },
    "redirect-uri": { type: "string", multiple: true },
    "post-logout-uri": { type: "string", multiple: true },
    "backchannel-logout-uri": { type: "string" },
    "mint-for": { type: "string", multiple: true },
    "search-for": { type: "string", multiple: true },
    "handoff-for": { type: "string", multiple: true },
    "first-party": { type: "string" },
    pkce: { type: "string" },
    rotation: { type: "string" },
    "pushed-requests": { type: "string" },
    "device-authorization": { type: "string" },
    dpop: { type: "string" },
    "auth-method": { type: "string" },
    "add-key": { type: "string" },
    "key-out": { type: "string" },
    "retire-key": { type: "string", multiple: true },
    jwks: { type: "string" },
    "jwks-uri": { type: "string" },
    "dry-run": { type: "boolean" },
    ...shownAndLifetimes,
  },
  arguments: ["ID"],
  typedNames: {
    purposes: "--purpose",
    addKeys: "--add-key",
    retireKeys: "--retire-key",
    requirePkce: "--pkce",
    rotateRefreshToken: "--rotation",
  },
  async run({ values, arguments: [clientId = ""], terminal }) {
    const keyOut = values["key-out"];
    if (keyOut !== undefined && values["add-key"] !== undefined) {
      throw new UsageError("--key-out cannot stand beside --add-key", "Add one after the other");
    }
    if (keyOut !== undefined && values["dry-run"]) {
      throw new UsageError("--dry-run makes no key", "Leave --key-out out of the trial");
    }
    assertFree(keyOut);
    const pair = keyOut === undefined ? undefined : await generateClientKey();
    const keyFile = values["add-key"];
    const input = {
      clientId,
      name: orNull(values.name),
      purposes: values.purpose,
      redirectUris: listOf(values["redirect-uri"]),
      postLogoutRedirectUris: listOf(values["post-logout-uri"]),
      backchannelLogoutUri: orNull(values["backchannel-logout-uri"]),
      mintTenants: values["mint-for"],
      searchTenants: values["search-for"],
      handoffTenants: values["handoff-for"],
      firstParty: readSwitch("first-party", values["first-party"]),
      requirePkce: readSwitch("pkce", values.pkce),
      rotateRefreshToken: readSwitch("rotation", values.rotation),
      pushedRequests: values["pushed-requests"],
      deviceAuthorization: readSwitch("device-authorization", values["device-authorization"]),
      dpop: values.dpop,
      authMethod: values["auth-method"],
      addKeys: pair === undefined ? keyFile && readKeySet(keyFile, "add-key") : { keys: [pair.publicJwk] },
      retireKeys: values["retire-key"],
      jwks: values.jwks && readKeySet(values.jwks, "jwks"),
      jwksUri: values["jwks-uri"],
      dryRun: values["dry-run"],
      ...shownAndLifetimesOf(values),
    };
    return withAdministration(async (context) => {
      const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
      const update = () => updateClient(context, given);
      const { client, ended, warnings, unchanged, clientSecret, ...trial } = await (pair === undefined ||
      keyOut === undefined
        ? update()
        : keepClientKey(keyOut, pair.privateJwk, update, () => clientId));
      terminal.result(
        {
          client,
          ended,
          warnings,
          ...(clientSecret === undefined ? {} : { clientSecret }),
          ...(unchanged ? { unchanged } : {}),
          ...trial,
          ...(keyOut ? { keyFile: keyOut } : {}),
        },
        formatFields([
          ["client_id", client.clientId],
          ...(clientSecret === undefined ? [] : ([["client_secret", clientSecret]] as const)),
          ...(keyOut === undefined ? [] : ([["private key", keyOut]] as const)),
          [values["dry-run"] ? "would end" : "ended", endedRightsText(ended)],
        ]),
      );
      if (clientSecret !== undefined && !terminal.json) {
        terminal.say("The secret is shown this once; only its hash is kept.");
      }
      if (!terminal.json) for (const line of saidOf(unchanged, "as you say")) terminal.say(line);
      if (values["dry-run"] && !terminal.json) terminal.say("Nothing was done: this is what would be.");
      for (const warning of warnings) terminal.say(`Note: ${warning}`);
      return 0;
    });
  },
});

// Nothing between the quotes: an empty list.
const listOf = (values: string[] | undefined): string[] | undefined =>
  values?.length === 1 && values[0] === "" ? [] : values;

function readSwitch(name: string, typed: string | undefined): boolean | undefined {
  if (typed === undefined) return undefined;
  if (typed === "on" || typed === "off") return typed === "on";
  throw new UsageError(`--${name} is on or off`, `Write --${name} on, or --${name} off`);
}
