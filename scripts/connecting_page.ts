// Owns docs/connecting-an-application.md: what whoever connects an application needs to know, its numbers taken from
// the constants that decide them.
import { mostQueryCharacters } from "../src/app.ts";
import { grantTypes } from "../src/grants_and_scopes.ts";
import { longestAssertionSeconds, ttlSeconds } from "../src/provider/assembly/policies.ts";
import { mostPostedRequests, postedRequestSeconds } from "../src/provider/edge/posted_request_store.ts";
import { resourceTokenSeconds } from "../src/provider/resources/resource.ts";
import { settings } from "../src/settings.ts";
import { inWords } from "./limits_page.ts";

/** Writes the page. */
export function connectingPage(): string {
  const grace = inWords(settings.refreshGraceSeconds.fallback("production"));
  const idToken = inWords(settings.idTokenTtlSeconds.fallback("production"));
  const { accessToken, authorizationCode, grant, refreshToken } = ttlSeconds;
  const session = settings.sessionIdleSeconds.fallback("production");
  const remembered = settings.sessionRememberedIdleSeconds.fallback("production");
  const longest = settings.sessionLifeSeconds.fallback("production");
  return `# Connecting an application

<!-- Written from scripts/connecting_page.ts and the code's own constants by \`npm run docs\`. Do not edit. -->

Any OpenID Connect library will do: give it the issuer, a client id, and a secret or a key. It reads the rest from
\`/.well-known/openid-configuration\`. All limits: [limits.md](limits.md).
Step by step, with a whole application: [Connect an application](guides/connect-an-application.md).

## Register it

| kind | command |
|---|---|
| web application with a server | \`npx --no tti client create --id app --first-party --redirect-uri https://app.example.com/callback\` |
| the same, with a key in place of a secret | add \`--key-out app.json\` |
| single-page application | \`npx --no tti client create --id spa --first-party --auth-method none --redirect-uri https://spa.example.com/\` |
| desktop or command-line application | \`npx --no tti client create --id desk --first-party --auth-method none --redirect-uri http://127.0.0.1/callback\` |
| mobile application | \`npx --no tti client create --id mobile --first-party --native --redirect-uri com.example.app:/callback\` |

\`--first-party\` says that it is your own: its users are not asked for consent. A registration is refused if it can never
work, and answered with a note if it does not work yet: a tenant that does not exist, minting without a key, an address
in a private network that \`TTI_ALLOW_NETWORKS\` does not name. A change counts on every
instance at once.

*Proof: [registration](../test/admin/operations/client_registration.test.ts), [client loading](../test/provider/clients/client_loading.test.ts)*

## Endpoints

| address | for | |
|---|---|---|
| \`/auth\` | the authorization request, by GET or POST | code flow, PKCE with S256 (a confidential client may be registered \`--no-pkce\`) |
| \`/request\` | pushing an authorization request (RFC 9126), for clients registered \`--pushed-requests allowed\` or \`required\` | as \`/token\`; the \`request_uri\` lives a minute and serves once |
| \`/device-authorization\` | a device asking for its codes (RFC 8628), for clients registered \`--device-authorization\` | as \`/token\` |
| \`/device\` | where a person types a device's code | |
| \`/token\` | codes and refresh tokens | \`client_secret_basic\`, \`client_secret_post\`, \`private_key_jwt\` (assertions of at most ${inWords(longestAssertionSeconds)}, used once), \`none\` |
| \`/token/revocation\` | ending a token; a refresh token takes its family along | RFC 7009 |
| \`/token/introspection\` | whether an opaque access token for an API is good | RFC 7662, for the API's own server |
| \`/me\` | userinfo | |
| \`/session/end\` | signing out, by GET or POST | RP-Initiated Logout 1.0 |
| \`/jwks\` | the keys that verify | keep them as long as the answer's headers say |

\`/request\` does not stand in \`/.well-known/openid-configuration\`: libraries that push wherever they find the address would
shut out every client for which it is not turned on. Where it is, give your library the address as
\`pushed_authorization_request_endpoint\`. One that must push is refused with anything else.

A browser's scripts may read \`/token\`, \`/token/revocation\` and \`/me\` from the origins of a public client's redirect
URIs. A method an address does not take is 405 with the ones it takes.

An address is at most ${mostQueryCharacters} characters long. What is longer may be posted, to \`/auth\` and
\`/session/end\`: it waits for its browser ${inWords(postedRequestSeconds)}, ${mostPostedRequests} of them at most. The
answer comes back by the address too, so a very long \`state\` must fit what stands in front of your application.

## Redirect URIs

They are compared byte by byte. Only a native application varies: at \`http://127.0.0.1/…\` and \`http://[::1]/…\` it may
name any port (RFC 8252 section 7.3), which it must then name to \`/token\` as well. \`localhost\` is compared exactly,
because it may resolve elsewhere. A scheme of its own is a domain name backwards (\`com.example.app:/callback\`), for public
native applications only. A client is native if it says so (\`--native\`), or if it is public and all its redirect URIs are
such. A native application opens the system's browser, never a view of its own (RFC 8252 section 8.12).

*Proof: [redirect uri matching](../test/security/redirect_uri_matching.test.ts), [native applications](../test/provider/native_applications.test.ts)*

## Scopes, and what they tell

| scope | ID token | userinfo |
|---|---|---|
| \`openid\` | \`sub\`, the tenant, \`auth_time\` | \`sub\`, the tenant |
| \`email\` | \`email\`, \`email_verified\` | the same |
| \`profile\` | \`name\` | the same |
| \`roles\` | \`roles\`: what the person is in the tenant, \`["member"]\` or \`["admin"]\` | the same |
| \`offline_access\` | – | – |

\`roles\` is told to whoever asks for it by that scope; the client registered with AWS does not get it in an ID token. A
client registered before there was such a scope may not ask for it. That is what a third party gets, and what the consent page says. Your own applications (\`--first-party\`) and the client
registered with AWS get address and name in the ID token whatever they ask for: Identity Center matches people by the
address. The whole ID token: [tti-profile.md](tti-profile.md).

\`tenant=acme\` in the request signs the person in to that tenant or refuses; \`tenant_hint\` only suggests. A token names
one tenant; to change it, start another request.

The pages on which people sign in, choose and consent name the application (\`--name\`) and link its \`--policy-uri\` and
\`--tos-uri\`. Of an application of yours they show the logo that \`tti client set-logo\` gave it ([branding.md](branding.md)). What
is at its \`--logo-uri\` they do not show: they load nothing from another host, for a picture from there would tell it who is
about to sign in, and could become that of somebody else. \`--logo-uri\` is kept for pages of your own.

What a person allows your application is remembered for the organization it was for, in whatever browser they sign in: they
are not asked again, \`prompt=none\` answers a code, and who asks for more later has them asked for the more alone.
\`prompt=consent\` asks always, and access while they are away (\`offline_access\`) is never given by what is remembered. They
are asked anew once they took it back, and after anything that ended what they had: a new password or signing out everywhere,
a membership, an organization or your application that was ended or disabled, and the end of the very session in which they
allowed it.

*Proof: [consent](../test/provider/interactions/consent.test.ts), [tenant choice](../test/provider/tenants/tenant_choice.test.ts)*

## Protect your own API

An API of yours is a *resource*: applications get access tokens for it and for nothing else (RFC 8707). Nobody may ask for
one until you say so, and for which of its scopes.

\`\`\`sh
npx --no tti resource create https://api.example.com --name Reports \\
  --scope "reports.read=Read your reports" --scope "reports.write=Change your reports"
npx --no tti resource allow https://api.example.com app --scope reports.read
\`\`\`

The application adds \`resource=https://api.example.com\` and the scopes to its authorization request. The access token it
gets for the code is for the API, byte by byte as it was registered; so is that of each refresh. It names one resource at a
time. A third party's users are asked, in the words you gave with the scope. Userinfo does not take such a token.

| claim | |
|---|---|
| \`aud\` | the resource: **refuse every other** |
| \`scope\` | what of it was granted; a token may have none, so ask for the one an act needs |
| \`client_id\` | the application |
| \`sub\` | the person, as in ID tokens; of a token an application got for itself: its \`client_id\` if signed, absent if opaque |
| \`${settings.tenantClaim.fallback("production")}\` | the tenant the person signed in to (\`TTI_TENANT_CLAIM\`); absent: nobody signed in |
| \`roles\` | what the person is in that tenant, \`["member"]\` or \`["admin"]\` |

**Signed tokens** (\`--tokens jwt\`, the default; RFC 9068) the API verifies itself, with the keys at \`/jwks\`: any library
for it will do, given the issuer and the resource. \`typ\` is \`at+jwt\`: with a library that does not look at it, an ID token
is told by its \`aud\`. What ended in the meantime, such a token does not know: it lives out its time, ${inWords(resourceTokenSeconds.usual)} unless you
say otherwise (\`--token-ttl\`, ${resourceTokenSeconds.least} to ${resourceTokenSeconds.most} seconds).

**Opaque tokens** (\`--tokens opaque\`) the API asks about at \`/token/introspection\` (RFC 7662), each time. Whatever ends
a right makes the answer \`active: false\` at once, on every instance: the person signed out, or is disabled, or no member any more; the
tenant or the application is disabled; the application has lost the API. \`roles\` are what they are at that moment.
Only the API's own server is answered; of any other token it learns \`active: false\`:

\`\`\`sh
npx --no tti client create --id reports-api --service
npx --no tti resource allow https://api.example.com reports-api --introspect
\`\`\`

**Without a person.** A back end gets a token for itself by \`client_credentials\`, naming \`resource\` and \`scope\`. It speaks
for no person and no tenant, and needs scopes that were given to it for that (\`--own-scope\`); those it may ask for people
do not count.

\`\`\`sh
npx --no tti client create --id nightly --service
npx --no tti resource allow https://api.example.com nightly --own-scope reports.read
\`\`\`

*Proof: [resource tokens](../test/provider/resources/resource_tokens.test.ts), [resource server](../test/provider/resources/resource_server.test.ts), [taken from whole](../test/security/taken_from_whole.test.ts), [token type confusion](../test/security/token_type_confusion.test.ts)*

## Devices without a browser

A television or a command line registered \`--device-authorization\` (RFC 8628) posts \`client_id\` (or proves itself) and
\`scope\` to \`/device-authorization\`, shows the \`user_code\` and \`/device\`, and polls \`/token\` every five seconds with
\`grant_type=${grantTypes.deviceCode}\`. It needs no redirect URI. The person opens \`/device\` anywhere, types the code, is asked
whether they began this themselves, and signs in as for any application: organization, consent, presence and all that ends a
right hold as ever, between any two steps. What the device gets, an ID token for AWS included, is what a sign-in gives.

| answer | |
|---|---|
| \`authorization_pending\` | ask again in five seconds |
| \`slow_down\` | you asked sooner than that: leave five seconds more between |
| \`access_denied\` | the person cancelled, or may not |
| \`expired_token\` | ten minutes are over: show another code |

The forms of \`/device\` are taken from the page itself and from no other site, a neighbouring host included.
A code serves once, of both kinds; that of a device that comes again ends what it gave. From one network address ten wrong codes may be
typed at once, then three a minute; instances count together. \`verification_uri_complete\` fills the code in and sends nothing
on: the question is asked in any case. For a device that shows the code to somebody else's victim that question is all there is
(section 5.4), so turn it on for no client that has a browser.

*Proof: [device authorization](../test/provider/device_authorization.test.ts), [login matrix](../test/security/login_matrix.test.ts)*

## Bind tokens to a key

A client registered \`--dpop allowed\` may prove a key it holds with each request to \`/token\` (RFC 9449): its access tokens,
signed or opaque, are then worth nothing without that key, and a public client's refresh token neither. One registered
\`--dpop required\` gets no token without. A proof serves once. Any other client is refused if it brings one. The API sees \`cnf\` in the
token or in the answer of \`/token/introspection\`, and must check the proof. The provider's own API takes no bound token, nor
does an exchange for an ID token.

\`tti client update --dpop …\` changes it. To \`required\`, access tokens that are not bound end at once, and a public client's
unbound refresh tokens: its people sign in again, mostly without a question. To \`off\`, those that are bound end, for nobody may
prove their key. What was signed for an API lives out its time.

*Proof: [key bound tokens](../test/provider/key_bound_tokens.test.ts), [pushed requests](../test/provider/pushed_requests.test.ts)*

## Change how it proves itself

\`tti client update app --auth-method …\` keeps the client id, which AWS may know. From one place of the secret to the other
nothing ends. To a key of its own (\`--key-out\` or \`--add-key\` in the same call) its secret counts no more, also one that
counted in an overlap; to a secret, one is made and shown once, and its keys stay until they are retired. Access tokens it
got for itself end. To \`none\` all that was made for it ends, because nobody who brings it would have to prove anything; a
client that mints, calls the API, asks for itself at an API or about its tokens cannot go there.

*Proof: [client update](../test/admin/operations/client_update.test.ts), [taken from client](../test/security/taken_from_client.test.ts)*

## How long

| | |
|---|---|
| authorization code | ${inWords(authorizationCode)}, once |
| access token | ${inWords(accessToken)}; for an API: as the resource says, ${inWords(resourceTokenSeconds.usual)} unless it says otherwise |
| ID token | ${idToken} (\`TTI_ID_TOKEN_TTL\`) |
| refresh token | ${inWords(refreshToken)} from its last exchange |
| all that came of one sign-in | ${inWords(grant)} |
| browser session | ${inWords(session)} after the browser last came here, ${inWords(remembered)} where the person chose to stay signed in; ${inWords(longest)} at most ([sessions.md](sessions.md)) |

Without \`offline_access\` a refresh token ends with the browser session it came from, by sign-out or by time, whether or
not it is refreshed. Ask for \`offline_access\` with \`prompt=consent\` to keep access while the person is away; it outlives
the session and the sign-out. For the client registered with AWS the tenant's presence policy holds at each refresh too.

## Refreshing

A refresh token serves once, and its answer holds the next one. **Keep the newest, and replace it before you use the
tokens beside it.** A used one that comes again ends the whole family: somebody has a copy.

An honest repeat is forgiven for ${grace} (\`TTI_REFRESH_GRACE\`): two tabs refresh at once, an answer is lost, your
process is killed in the middle. It gets the *same* next refresh token, and a new access token and ID token beside it. The
grace ends early, when the next token is used for the first time.

- **Single-page application.** Let one tab refresh (Web Locks, \`navigator.locks.request\`), or let each try within the
  grace; all end up with the same refresh token. Repeat at once after a network error, not minutes later.
- **Mobile and desktop.** Write the next refresh token to the keychain before you use the access token. After a crash,
  repeat with the one you have: within the grace you get the next one, and if nothing had been saved here, the old one is
  still good.
- **Server.** Refresh under a lock for each session. Or register the application with \`--no-rotation\`: its refresh token
  stays the same and is worth nothing without the application's own secret or key. A public client always rotates.

If refreshing answers \`invalid_grant\`, start a sign-in; while the browser session lives, it ends without a question
(\`prompt=none\` tells you). If it answers 5xx or nothing, the old token is as good as before: repeat within the grace. An
authorization code is used up at its first redemption, also when the answer is lost; a second use ends what came of the
first. Start the sign-in again: the browser gets another code without a question.

*Proof: [refresh grace](../test/provider/refresh/refresh_grace.test.ts), [registration](../test/admin/operations/client_registration.test.ts), [refresh faults](../test/provider/refresh/refresh_faults.test.ts)*

## Signing out

Send the browser to \`/session/end\` with \`client_id\` and a registered \`post_logout_redirect_uri\`: the person is asked
whether to sign out here too. With an \`id_token_hint\` that was made for you in this very browser session nobody is asked.
An ID token has no place in an address, where logs and histories keep it, so post it: from a form of yours, or from your
server, as the demo does ([relying_party.ts](../src/demo/relying_party.ts)). The answer is a redirect to an address
without the token, good once; send the browser there.

To be told when a session ends elsewhere, register \`--backchannel-logout-uri\`. ID tokens then carry \`sid\`, the browser
session, and so does the logout token that is posted to you: end the sessions you know by that \`sid\`, and no other of the
same person. The address must be https and public, or in a network that \`TTI_ALLOW_NETWORKS\` names.

You are told whatever ends it: a sign-out in that person's browser, on \`/account/sessions\`, or by an administrator, another
password, a person, an organization, a membership or your application that is disabled, an agreement the person takes back. A
session that ends by itself, by its age or without use, is not told: how long yours lasts is yours to say. Answer \`200\` or
\`204\` within 2.5 seconds. What you do not take is tried again for a day, later each time, with a token made anew; \`tti session
logouts\` lists it. Your tokens stop working at once in any case, and the next refresh answers \`invalid_grant\`.

*Proof: [told until taken](../test/provider/logout_outbox.test.ts), [logout](../test/provider/logout.test.ts), [posted requests](../test/provider/posted_requests.test.ts), [in the browser](../test/browser/sign_in.test.ts), [single logout](../test/provider/single_logout.test.ts), [taken away](../test/security/taken_away.test.ts)*

## When it is refused

| answer of \`/token\` | what it means |
|---|---|
| \`invalid_client\` | the client did not prove who it is |
| \`unauthorized_client\` | the client was not registered for this \`grant_type\` |
| \`invalid_grant\` | code or refresh token is unknown, used, expired or revoked, or the person may have no token now; the description begins with a code of [errors.md](errors.md) where there is one |
| \`invalid_target\` | there is no such resource, or the client was given nothing of it |
| \`invalid_scope\` | a scope it was not registered for, or more than was granted |
| \`temporarily_unavailable\` | no token can be signed at the moment; \`Retry-After\` says when to repeat |
`;
}
