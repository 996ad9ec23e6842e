// Owns docs/what-is-stored.md: each table of the store, what of a person is in it, and when it goes. A test compares the
// list with the tables of a migrated store, so that none is kept without being named here.

import { mailPolicy } from "../src/mail/attempts.ts";
import { linkLifeMs } from "../src/provider/accounts/account_link_store.ts";
import { knownForMs } from "../src/provider/accounts/attempt_rates.ts";
import { ttlSeconds } from "../src/provider/assembly/policies.ts";
import { sweeperPolicy } from "../src/provider/assembly/sweeper.ts";
import { consoleLoginSeconds } from "../src/provider/clients/console_client.ts";
import { postedRequestSeconds } from "../src/provider/edge/posted_request_store.ts";
import { pendingMs } from "../src/provider/factors/pending_store.ts";
import { challengeLifeSeconds } from "../src/provider/handoff/login_handoff.ts";
import { challengeLifeMs } from "../src/provider/passkeys/passkey_seals.ts";
import { longestUnlookedMs } from "../src/provider/sessions/voucher_sweep_store.ts";
import { logoutLife } from "../src/provider/storage/logout_store.ts";
import { settings } from "../src/settings.ts";
import { inWords } from "./limits_page.ts";

const ended = `${inWords(sweeperPolicy.keepMs / 1000)} after it ended`;

/** What a table holds, and for how long. */
export interface StoredTable {
  holds: string;
  /** What of it says something about a person. */
  personal: string;
  until: string;
}

/** Every table of the store. */
export const storedTables: Readonly<Record<string, StoredTable>> = {
  accounts: {
    holds: "people who can sign in, or whom your login named",
    personal:
      "e-mail address, since when mail to it comes back, name, the language they chose last, password as an Argon2id hash; of imported people the hash they came with, until they sign in, and its SHA-256",
    until: "the account is deleted",
  },
  imported_hash_kinds: {
    holds:
      "kinds of password hashes: those people were imported with, and our own of another cost than the usual one; scheme and cost",
    personal: "nothing",
    until: "it stays",
  },
  memberships: {
    holds: "who belongs to which customer, with the address and name proven for it",
    personal: "e-mail address, time of the last login",
    until: "the membership or the account is deleted",
  },
  former_memberships: {
    holds: "who belonged to which customer, so that no other customer's application takes the account over",
    personal: "the account's id, when the membership ended",
    until: "it stays; once the account is deleted, an id that leads nowhere",
  },
  tenants: {
    holds: "your customers and their rules",
    personal: "–",
    until: "the tenant is deleted; its id and the moment stay, and are given to nobody again",
  },
  tenant_brands: {
    holds: "how a customer's pages look: a colour, and where help, privacy policy and terms are",
    personal: "–",
    until: "the tenant is deleted",
  },
  logos: {
    holds: "the logo of a customer or of an application: pixels, as they are served, and when they came",
    personal: "–",
    until: "another takes its place, it is taken away, or the customer or the application is deleted",
  },
  tenant_id_looks: {
    holds: "how every id a customer ever had looks, so that none is given again, nor one that reads like it",
    personal: "–",
    until: "it stays",
  },
  tenant_domains: { holds: "domains a customer claimed or proved", personal: "–", until: "removed" },
  offline_consents: {
    holds: "that a person lets an application act for them while away",
    personal: "who, where, when; also that it was taken back",
    until: "the account is deleted",
  },
  consents: {
    holds: "what a person lets another vendor's application have, for one customer",
    personal: "the account's id, which application, what, when it was given and last used",
    until:
      "taken back, or its person, application, membership or customer, or the session it was given in, is ended or disabled",
  },
  administrators: {
    holds: "which accounts administer the installation, and in which role",
    personal: "the account's id, since when",
    until: "taken away, or the account is deleted",
  },
  administration: {
    holds: "how often administrators changed: one row, by which such changes come one after the other",
    personal: "–",
    until: "it stays",
  },
  api_credentials: {
    holds: "keys by which programs administer, as SHA-256 hashes; role, tenant, end",
    personal: "–",
    until: "it stays, ended ones too",
  },
  repeated_calls: {
    holds:
      "calls of the API that named an `Idempotency-Key`: hashes of key and request, the answer sealed with `TTI_SECRETS`",
    personal: "what the answer says, sealed",
    until:
      "a day after the call; the answer: until somebody it tells of is erased or gets another address, if that is sooner",
  },
  repeated_call_people: {
    holds: "of whom each of those answers tells",
    personal: "the account's id",
    until: "the call is forgotten, or the account deleted or its address another",
  },
  clients: {
    holds: "applications and back ends",
    personal: "–",
    until: "the client is deleted; its id and the moment stay",
  },
  resources: {
    holds: "your APIs: what each is called in a token, its scopes, how its tokens are made",
    personal: "–",
    until: "the resource is deleted",
  },
  resource_rights: {
    holds: "which application may ask for which scopes of which API",
    personal: "–",
    until: "it is taken away, or the resource or the client is deleted",
  },
  accessors: { holds: "where a customer's data accessor is at AWS", personal: "–", until: "deleted" },
  oidc_records: {
    holds: "sessions, sign-ins under way, grants, codes, access and refresh tokens; ids as SHA-256 hashes",
    personal: "the account's id, when and how they signed in",
    until: `each ends by itself (a session after ${inWords(settings.sessionIdleSeconds.fallback("production"))} without use, a grant after ${inWords(ttlSeconds.grant)}); gone ${ended}. A refresh token that was used stays until it would have ended: whoever brings it again has a copy, and the sign-in ends`,
  },
  ended_sessions: {
    holds:
      "browser sessions that an operator ended, as hashes, so that nothing on its way of them opens anything",
    personal: "when; the table names nobody",
    until: "400 days",
  },
  posted_requests: {
    holds: "sign-in and sign-out requests too long for an address, until the browser comes back",
    personal: "what the application put into its request",
    until: inWords(postedRequestSeconds),
  },
  first_links: {
    holds: "one-time links by which the first owner is made, as SHA-256 hashes",
    personal: "–",
    until: "an hour; used ones at once",
  },
  onboarding_links: {
    holds:
      "links by which a customer's administrator sets everything up, one a customer; the link, and the browser that used it, as SHA-256 hashes",
    personal: "–",
    until: "it ends, by itself after 30 days at most, is revoked, or is followed by another",
  },
  onboardings: {
    holds:
      "how far each customer's set-up at AWS is: when each step was done, and of the last test which step failed, by its code; neither as whom, nor what was found",
    personal: "–",
    until: "the tenant is deleted",
  },
  mails: {
    holds:
      "mail that waits to be sent, and what became of it; never a link: it is made when the mail is sent",
    personal:
      "e-mail address, the account's id, which mail, when; until it is sent also the other address of a change, and a browser's family",
    until: `sent: ${inWords(mailPolicy.keepSentMs / 1000)}; failed, or never tried because no instance sends mail: ${inWords(mailPolicy.keepFailedMs / 1000)}; the account is deleted, but for the mail that tells whoever closed theirs that it is done; a request for an address nobody has at once`,
  },
  logouts: {
    holds: "ends of sessions that an application was not told of yet",
    personal: "the account's id, the name by which the application knows the session, when",
    until: `the application took it, or was left, deleted, or signed in to anew; what it did not take within ${inWords(logoutLife.worthMs / 1000)} stays ${inWords(logoutLife.keepFailedMs / 1000)} more, or until the account is deleted`,
  },
  account_links: {
    holds: "one-time links that were mailed, as SHA-256 hashes",
    personal:
      "the account's id, the address it was mailed to, a new address the person wants, for what, when",
    until: `used or too old (a new password ${inWords(linkLifeMs.password_reset / 1000)}, an invitation ${inWords(linkLifeMs.invitation / 1000)}), or the account is deleted`,
  },
  passkeys: {
    holds:
      "passkeys: public keys by which people sign in, how often each was used, and by which name the person knows it",
    personal: "the account's id, the name they gave it, when it was made and last used",
    until: "it is removed, or the account is deleted",
  },
  passkey_challenges: {
    holds:
      "which questions to passkeys have been answered, as SHA-256 hashes, so that none is answered twice",
    personal: "–",
    until: `${inWords(challengeLifeMs / 1000)} after it was asked; gone ${ended}`,
  },
  totp_factors: {
    holds: "authenticator apps: the secret, encrypted with `TTI_SECRETS`, and the time of the last code",
    personal: "the account's id, since when, when it was used",
    until: "it is removed or reset, or the account is deleted",
  },
  recovery_codes: {
    holds: "codes for who lost a factor, as SHA-256 hashes",
    personal: "the account's id, since when",
    until: "used, made anew, or the last factor is removed or reset, or the account is deleted",
  },
  pending_sign_ins: {
    holds: "sign-ins that wait for a second factor; the browser as a SHA-256 hash. They open nothing",
    personal: "the account's id, what was proven and when",
    until: `finished, or ${inWords(pendingMs / 1000)}`,
  },
  console_sessions: {
    holds: "who is signed in to the console; the cookie as a SHA-256 hash",
    personal: "the account's id, when it was used",
    until: `${inWords(consoleLoginSeconds)} at the latest; sooner by signing out, or when the sign-in here ends`,
  },
  session_vouchers: {
    holds: "what a session was vouched for: by a password here, or by your login page for one customer",
    personal:
      "the account's id, how and when they signed in, in which browser by family and system, whether to stay signed in, when it was last used",
    until: `with the session, where somebody ends that in a list of sessions or takes a right away; after a sign-out, or when it ends by itself, within ${inWords((longestUnlookedMs + sweeperPolicy.keepMs) / 1000)} of its being gone`,
  },
  login_challenges: {
    holds: "handoffs under way; challenge and verifier as hashes",
    personal: "the account's id, once answered",
    until: `${inWords(challengeLifeSeconds)}; gone ${ended}`,
  },
  sign_in_attempts: {
    holds: "how often sign-in was tried, and which browsers and addresses are known to an account",
    personal:
      "SHA-256 hashes only, without a key: the table names nobody, and who guesses a login can look for it",
    until: `a count until it is paid off; a known browser or address ${inWords(knownForMs / 1000)}`,
  },
  audit_events: {
    holds: "who did what, when: [audit-events.md](audit-events.md)",
    personal:
      "account id, address the request came from; e-mail addresses and names that were given or changed, until the account is deleted",
    until: "`TTI_AUDIT_RETENTION` after it happened; unset: for ever",
  },
  audit_blocks: {
    holds: "the trail's chain: of each block of events its hash, its seal, and when it was sealed",
    personal: "–",
    until: "it stays: it proves what retention removed",
  },
  audit_retention: {
    holds: "up to which block retention may remove events",
    personal: "–",
    until: "it stays",
  },
  login_name_keys: {
    holds:
      "which keys names typed at a sign-in were hashed with, by ids that give none of them away, and since when",
    personal: "–",
    until: "it stays",
  },
  signing_keys: {
    holds: "signing keys; private halves sealed, or in AWS KMS",
    personal: "–",
    until: "[keys.md](keys.md)",
  },
  store_marks: {
    holds: "that the store is being moved to another database, or was, and how far that is",
    personal: "–",
    until: "it stays",
  },
  store_probe: {
    holds: "one row, written to learn whether the store takes writes",
    personal: "–",
    until: "it stays",
  },
  key_instances: {
    holds: "which instance publishes which keys",
    personal: "–",
    until:
      "the instance stops; of one that crashed, for as long as it counts on a new key's publication in advance",
  },
};

/** Writes the page. */
export function storedPage(): string {
  const rows = Object.entries(storedTables).map(
    ([name, { holds, personal, until }]) => `| \`${name}\` | ${holds} | ${personal} | ${until} |`,
  );
  return `# What is stored, and for how long

<!-- Written from scripts/stored_page.ts and the code's own constants by \`npm run docs\`. Do not edit. -->

Everything is in one database (PostgreSQL, or the embedded store). No token, code, secret or password can be read from
it: what is presented is kept as a hash, private keys are sealed with \`TTI_SECRETS\`.

| table | holds | of a person | until |
|---|---|---|---|
${rows.join("\n")}

Besides the database: the log on standard error (what it holds: [operations.md](operations.md)), and in a person's browser
cookies for the session, a sign-in under way, which browser signed in before, and which application they came from.

Documents of a customer are at AWS and pass through a search; queries and results are not stored.

*Proof: [what is stored](../test/docs/what_is_stored.test.ts), [ids of tenants](../test/security/taken_from_whole.test.ts), [records](../test/provider/storage/storage.test.ts), [attempts](../test/provider/accounts/attempt_rates.test.ts), [private members](../test/provider/keys/private_members.test.ts)*
`;
}
