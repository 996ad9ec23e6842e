// Owns docs/limits.md: every number people need, taken from the constant that decides it. A number that is written by
// hand on another page can become false; here it cannot.

import { usualResults } from "../src/admin/operations/search.ts";
import { mostBodyBytes, mostQueryCharacters } from "../src/app.ts";
import { servingLimits } from "../src/db/dialects.ts";
import { mostParameters } from "../src/input/form_text.ts";
import { clockToleranceSeconds } from "../src/input/moment.ts";
import { defaultWithinMs } from "../src/input/request_body.ts";
import { smtpLimits } from "../src/mail/transport.ts";
import { type AdmissionLimits, admissionLimits, besidePrograms } from "../src/overload/admission.ts";
import type { AskedKind } from "../src/overload/asked_kind.ts";
import { linkLifeMs } from "../src/provider/accounts/account_link_store.ts";
import { attemptRates, knownForMs } from "../src/provider/accounts/attempt_rates.ts";
import { hashQueueLimits } from "../src/provider/accounts/passwords.ts";
import { longestAssertionSeconds, ttlSeconds } from "../src/provider/assembly/policies.ts";
import { aimMs } from "../src/provider/assembly/sweep_pace.ts";
import { sweeperPolicy } from "../src/provider/assembly/sweeper.ts";
import { applicationCookieMs } from "../src/provider/clients/application_way.ts";
import { requestLimits, usualBounds } from "../src/provider/edge/connection_guard.ts";
import { outcomeMs } from "../src/provider/edge/form_outcome.ts";
import { mostPostedRequests, postedRequestSeconds } from "../src/provider/edge/posted_request_store.ts";
import { factorRates } from "../src/provider/factors/factor_attempts.ts";
import { pendingMs } from "../src/provider/factors/pending_store.ts";
import { longestAssertionLifeSeconds } from "../src/provider/grants/subject_assertion.ts";
import { challengeLifeSeconds } from "../src/provider/handoff/login_handoff.ts";
import { assumedAwsCacheSeconds } from "../src/provider/keys/key_status.ts";
import { kmsLookIntervalMs } from "../src/provider/keys/kms_look.ts";
import { keyPolicyOf } from "../src/provider/keys/policy.ts";
import { kmsLimits } from "../src/provider/keys/signer_kms.ts";
import { resetRates } from "../src/provider/links/ask_for_reset.ts";
import { changeRates } from "../src/provider/links/change_address.ts";
import { mostFileBytes } from "../src/provider/looks/png_file.ts";
import { challengeLifeMs } from "../src/provider/passkeys/passkey_seals.ts";
import { mostPasskeys } from "../src/provider/passkeys/passkey_store.ts";
import { mostHours } from "../src/provider/presence/presence_policy.ts";
import { recentSignInSeconds } from "../src/provider/sessions/login_life.ts";
import { settings } from "../src/settings.ts";

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A duration as people say it: `14 days`, `90 seconds`. */
export function inWords(seconds: number): string {
  const [unit, size] = units.find(([, one]) => seconds % one === 0 && seconds >= one) ?? ["second", 1];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const inWordsMs = (ms: number): string => inWords(ms / 1000);

/** Rows of a table of queues. */
type QueueRow = readonly [what: string, atOnce: string, waiting: string, wait: string, shares: string];

const admissionRow = (what: string, kind: AskedKind, shares: string): QueueRow => {
  const { places, mostOfShare, mostWaiting, longestWaitMs }: AdmissionLimits[AskedKind] =
    admissionLimits[kind];
  const ofShare = mostOfShare === undefined ? "" : `, ${mostOfShare} of one`;
  const narrow =
    kind === "logins" || kind === "pages"
      ? `; ${besidePrograms.places} while back ends are given tokens`
      : "";
  return [what, `${places}${ofShare}${narrow}`, `${mostWaiting}`, inWordsMs(longestWaitMs), shares];
};

const pages = "sign-ins that have begun, three turns of four; networks";
const programs = "networks; their clients; the tenants named";
const queueRows: readonly QueueRow[] = [
  admissionRow("requests for tokens, and of back ends", "tokens", programs),
  admissionRow("searches of back ends", "searches", "tenants; networks"),
  admissionRow("sign-ins and new passwords", "logins", pages),
  admissionRow("other pages", "pages", pages),
  [
    "passwords to hash",
    "cores but one",
    `${hashQueueLimits.mostWaiting}`,
    inWordsMs(hashQueueLimits.longestWaitMs),
    "browsers known to the account and others; networks; accounts",
  ],
];

/** Rows of a table, each a name, a value and what it means. */
type Row = readonly [what: string, value: string, meaning: string];

const table = (heads: string, rows: readonly Row[]): string =>
  [heads, "|---|---|---|", ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n");

/** Writes the page. */
export function limitsPage(): string {
  const idTokenSeconds = settings.idTokenTtlSeconds.fallback("production");
  const keys = keyPolicyOf({
    idTokenTtlSeconds: idTokenSeconds,
    keyPublishLeadSeconds: settings.keyPublishLeadSeconds.fallback("production"),
    keySigningPeriodSeconds: settings.keySigningPeriodSeconds.fallback("production"),
  });
  const rate = ({ burst, intervalMs }: { burst: number; intervalMs: number }): string =>
    `${burst} at once, then one every ${inWordsMs(intervalMs)}`;
  return `# Limits and lifetimes

<!-- Written from the code's own constants by \`npm run docs\` (scripts/limits_page.ts). Do not edit. -->

Each number on this page is the constant that decides it. What can be set has its setting's name:
[configuration.md](configuration.md). What stays in the database, and for how long: [what-is-stored.md](what-is-stored.md).

## How long things live

${table("| what | lives | then |", [
  [
    "ID token",
    `${inWords(idTokenSeconds)} (\`TTI_ID_TOKEN_TTL\`)`,
    "it serves one exchange at AWS; get a new one for the next",
  ],
  ["authorization code", inWords(ttlSeconds.authorizationCode), "it serves once"],
  ["access token of a person", inWords(ttlSeconds.accessToken), "refresh"],
  ["access token of a back end (`client_credentials`)", inWords(ttlSeconds.backEndToken), "ask for another"],
  ["refresh token", inWords(ttlSeconds.refreshToken), "rotated at each use; the family ends with its grant"],
  [
    "repeat of a refresh token just used",
    `${inWords(settings.refreshGraceSeconds.fallback("production"))} (\`TTI_REFRESH_GRACE\`)`,
    "its reuse ends the family",
  ],
  [
    "request posted because it is long",
    `${inWords(postedRequestSeconds)}, ${mostPostedRequests} at most`,
    "start again at the application",
  ],
  ["grant: all that came from one sign-in", inWords(ttlSeconds.grant), "the person signs in again"],
  [
    "session in the browser",
    `\`TTI_SESSION_IDLE\` (${inWords(settings.sessionIdleSeconds.fallback("production"))}) after its last use, or \`TTI_SESSION_REMEMBERED_IDLE\` (${inWords(settings.sessionRememberedIdleSeconds.fallback("production"))}); \`TTI_SESSION_LIFETIME\` (${inWords(settings.sessionLifeSeconds.fallback("production"))}) at most; shorter where the organization has it so`,
    "the person signs in again",
  ],
  ["a sign-in under way", inWords(ttlSeconds.interaction), 'a page says "This sign-in is over"'],
  ["a sign-in that waits for a second factor", inWordsMs(pendingMs), "it begins anew; it opened nothing"],
  ["a question to a passkey", inWordsMs(challengeLifeMs), "the page asks another"],
  [
    "a sign-in that is fresh enough for what is delicate on the account's pages",
    inWords(recentSignInSeconds),
    "the person signs in again, and comes back",
  ],
  ["mailed link: a new password", inWordsMs(linkLifeMs.password_reset), "ask for another"],
  ["mailed link: an invitation", inWordsMs(linkLifeMs.invitation), "invite again"],
  [
    "mailed link: proof of an address, a new address",
    inWordsMs(linkLifeMs.address_change),
    "ask for another",
  ],
  ["login challenge and verifier (handoff)", inWords(challengeLifeSeconds), "start again at the application"],
  [
    "subject assertion (minting)",
    `at most ${inWords(longestAssertionLifeSeconds)}`,
    "sign a new one for each request",
  ],
  ["client assertion (`private_key_jwt`)", `at most ${inWords(longestAssertionSeconds)}`, "it serves once"],
  ["presence `within`", `1 to ${mostHours} hours`, "as the tenant chose"],
  [
    "which application a browser came from (a cookie, for the way back)",
    inWordsMs(applicationCookieMs),
    "forgotten",
  ],
  [
    "why a form was refused, and the e-mail address typed in it (a cookie, for the page that tells it)",
    inWordsMs(outcomeMs),
    "told once, then forgotten",
  ],
])}

Clocks of others may differ from ours by ${inWords(clockToleranceSeconds)}.

## Signing in

Failed sign-ins are counted; what succeeds is given back. Nobody can lock another person out.

${table("| counted | allowed | |", [
  [
    "a browser that has signed in to this account before",
    rate(attemptRates.browser),
    "nothing else counts there",
  ],
  [
    "one address (IPv6: one /64) trying one account",
    rate(attemptRates.pair),
    "more answers `too_many_attempts`, with the seconds to wait",
  ],
  ["one address trying many accounts", rate(attemptRates.address), "the same"],
  [
    "many new addresses trying one account",
    rate(attemptRates.account),
    `past it nobody is refused; each new address gets ${rate(attemptRates.guarded)}`,
  ],
  [
    "codes of an authenticator app, and by themselves recovery codes, of one account whose password was right",
    rate(factorRates.totp),
    "`too_many_attempts`",
  ],
  [
    "asking for a new password, in a browser that has signed in to this account before",
    rate(resetRates.browser),
    "`too_many_attempts`",
  ],
  ["asking for new passwords, from one address", rate(resetRates.address), "`too_many_attempts`"],
  ["mails with a link for a new password to one mailbox", rate(resetRates.mailbox), "no further mail"],
  ["asking for another address, by one account", rate(changeRates.account), "`too_many_attempts`"],
])}

A browser or an address counts as known to an account for ${inWordsMs(knownForMs)} after a sign-in.

## Sizes

${table("| what | at most | |", [
  ["request line and headers", `${requestLimits.maxHeaderSize / 1024} KiB`, "431, and the connection ends"],
  ["query of a request", `${mostQueryCharacters} characters`, "400"],
  ["parameters of a query or a form", `${mostParameters}`, "400"],
  ["passkeys of one person", `${mostPasskeys}`, "`passkey_limit`"],
  ["a logo", `${mostFileBytes / 1024} KiB`, "[branding.md](branding.md#the-logo)"],
  ["body of a request", `${mostBodyBytes / 1024} KiB`, "400"],
  [
    "results of a search, unless asked otherwise",
    `${usualResults}`,
    "`maxResults` up to 1,000, `pageSize` up to 100",
  ],
])}

## Queues

What one instance does at once, and what waits for its turn. Who would wait longer is told at once: \`overloaded\`, 503 with
\`Retry-After\`. Turns go round the shares, so that whoever sends much waits behind themselves. Who has gone is taken out.
Keys, health and style sheets never wait; a request with a body takes its place when that is here, so whoever sends slowly holds none of others', and who waits for a hash steps aside. Back ends count as being given tokens until ${besidePrograms.forMs} milliseconds after the last one; the redemption of a code, which ends somebody's sign-in, does not count, nor does what is refused. Of what programs ask, one network (of IPv6 the first 48 bits) has at most so many under way, slow ones counted: as many as run of it, and a quarter of those who may wait. What is beyond that, and whatever else is turned away, is answered in small numbers at a time, and its connection closed.

| queue | at once | waiting | a wait, at most | shares |
|---|---|---|---|---|
${queueRows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}

*Proof: [turns, bounds, who has gone](../test/overload/fair_queue.test.ts), [who is let in](../test/overload/admission.test.ts), [what is told](../test/overload/public_port.test.ts)*

## Connections

${table("| what | at most | then |", [
  [
    "connections to the public port",
    `${settings.mostConnections.fallback("production")} (\`TTI_CONNECTIONS\`)`,
    "closed as they come; those that lie idle give way",
  ],
  ["of one network, where no proxy stands in front", "half of them", "closed as they come"],
  ["until the headers of a request are here", inWordsMs(requestLimits.headersTimeout), "408"],
  ["until a body is here", inWordsMs(defaultWithinMs), "400"],
  ["until a request is here as a whole", inWordsMs(requestLimits.requestTimeout), "408"],
  ["a connection that lies idle between requests", inWordsMs(requestLimits.keepAliveTimeout), "closed"],
  ["a connection that neither sends nor takes anything", inWordsMs(usualBounds.silentMs), "closed"],
  ["requests sent on one connection before their answers", `${usualBounds.mostPipelined}`, "closed"],
])}

What is cut off so leaves no line in the log; it is counted in \`tti_connections_cut_total\` ([metrics](metrics.md#queues)).

*Proof: [the slow and the large](../test/provider/connection_guard.test.ts)*

## What an instance waits for

${table("| what | at most | then |", [
  ["a connection to the database opens", inWords(servingLimits.connectMs / 1000), "503"],
  ["a free connection of its own", inWords(servingLimits.acquireMs / 1000), "503"],
  ["a statement", inWords(servingLimits.statementMs / 1000), "given up by the database, 503"],
  ["a lock that another holds", inWords(servingLimits.lockMs / 1000), "given up, 503"],
  [
    "any answer of the database",
    inWords(servingLimits.silentMs / 1000),
    "the connection is thrown away, 503",
  ],
  [
    "a transaction between two of its statements",
    inWords(servingLimits.idleInTransactionMs / 1000),
    "taken back by the database",
  ],
  ["one call of AWS KMS", inWords(kmsLimits.callMs / 1000), "503, or the key before it signs"],
  ["handing over one mail", inWords(smtpLimits.wholeMs / 1000), "tried again later"],
])}

What each fault does to callers: [faults.md](faults.md).

*Proof: [the database](../test/db/store_outage.test.ts), [KMS](../test/provider/keys/signer_kms.test.ts), [mail](../test/mail/failing_servers.test.ts)*

## Signing keys and caches

${table("| what | value | |", [
  [
    "a key is published before it signs, at least",
    `${inWords(keys.publishLeadSeconds)} (\`TTI_KEY_PUBLISH_LEAD\`)`,
    "[keys.md](keys.md)",
  ],
  [
    "a key signs",
    `${inWords(keys.signingPeriodSeconds)} (\`TTI_KEY_SIGNING_PERIOD\`)`,
    "then the next takes over by itself",
  ],
  [
    "a key stays published after it signed",
    `the longest token's life + 24 hours, here ${keys.retentionSeconds} seconds`,
    "so that every token can be verified to its end",
  ],
  ["`max-age` of `/jwks`", inWords(keys.jwksMaxAgeSeconds), "shorter before a new key signs"],
  [
    "every instance reads the keys each",
    inWords(keys.pollIntervalSeconds),
    "a revoked key is gone everywhere after this and the clock's tolerance",
  ],
  ["clocks of two instances may differ by", inWords(keys.clockSkewSeconds), ""],
  [
    "an alias in AWS KMS is looked at each",
    inWordsMs(kmsLookIntervalMs),
    "an alias moved to another key starts a rotation then",
  ],
  [
    "AWS is assumed to keep a copy of our keys for",
    inWords(assumedAwsCacheSeconds),
    "AWS publishes no number",
  ],
  [
    "ended records are swept each",
    inWordsMs(sweeperPolicy.intervalMs),
    `once they ended ${inWordsMs(sweeperPolicy.keepMs)} ago`,
  ],
  [
    "ended records that one statement removes",
    `${sweeperPolicy.batchSize}`,
    `fewer where it takes longer than ${aimMs} milliseconds; in between it rests as long as it worked`,
  ],
])}

Search, mint and exchange have limits of AWS besides: [exchange.md](../packages/exchange/docs/exchange.md). How much it serves: [performance.md](performance.md).
`;
}
