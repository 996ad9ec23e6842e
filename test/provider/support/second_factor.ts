// Owns second factors of test people: an authenticator app that a test has in its hand, and the way past the second page.
import assert from "node:assert/strict";
import { Secret, TOTP } from "otpauth";
import type { Database } from "../../../src/db/connect.ts";
import { enrolTotp, offerTotp } from "../../../src/provider/factors/enrol_totp.ts";
import { createFactorSeals } from "../../../src/provider/factors/factor_seals.ts";
import { stepMs } from "../../../src/provider/factors/totp.ts";
import { type UserAgent, unescapeHtml, type Visit } from "./user_agent.ts";

/** An authenticator app, and the recovery codes that came with it. */
export interface App {
  secret: string;
  recoveryCodes: readonly string[];
  /** The code for a moment, epoch milliseconds. */
  codeAt(ms: number): string;
}

/**
 * Sets an app up for a person, as of two minutes ago: every code of now still counts.
 * @param sessionUid of the session that goes on; default: none does
 */
export async function giveApp(
  fixture: { db: Database; config: { secrets: readonly Uint8Array[] } },
  account: { id: string; email: string | null },
  now = new Date(),
  sessionUid?: string,
): Promise<App> {
  const seals = createFactorSeals(fixture.config.secrets);
  const before = new Date(now.getTime() - 4 * stepMs);
  const offer = offerTotp(seals, account.id, before);
  const confirmed = { offer, code: totpCodeAt(offer.secret, before.getTime()) };
  const { codes: recoveryCodes } = await fixture.db.transaction((trx) =>
    enrolTotp(trx, seals, { account, place: { sessionUid } }, confirmed, before),
  );
  return { ...appOf(offer.secret), recoveryCodes };
}

// As every app does it: six digits of SHA-1, each half minute.
const totpCodeAt = (secret: string, ms: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms });

/** The app that has read a key. */
export const appOf = (secret: string): App => ({
  secret,
  recoveryCodes: [],
  codeAt: (ms) => totpCodeAt(secret, ms),
});

/** The uid of the one browser session of a person. */
export async function sessionUidOf({ db }: { db: Database }, accountId: string): Promise<string> {
  const rows = await db("oidc_records").where({ model: "Session", account_id: accountId }).select("payload");
  assert.equal(rows.length, 1, "one session");
  return (JSON.parse(rows[0].payload) as { uid: string }).uid;
}

/** The app that reads the page on which one is set up. */
export function appOnPage(page: Visit): App {
  const [, key] = /<pre[^>]*>([A-Z2-7 ]+)<\/pre>/.exec(page.text) ?? [];
  assert.ok(key, `no key on ${page.url}`);
  assert.match(page.text, /<img class="qr" src="data:image\/gif;base64,/);
  return appOf(unescapeHtml(key).replaceAll(" ", ""));
}

/** The codes that a page shows once. */
export function codesOnPage(page: Visit): string[] {
  const [, codes] = /<pre[^>]*>([a-z0-9\n-]+)<\/pre>/.exec(page.text) ?? [];
  return (codes ?? "").split("\n").filter((one) => one !== "");
}

/** Types a code of the app on the page of the second step. */
export const typeCode = (agent: UserAgent, page: Visit, code: string): Promise<Visit> =>
  agent.submit(page, { code }, "/factor");
