// Owns the login_challenges table: sign-ins that wait for the ISV's answer. Challenges and verifiers are stored
// hashed. Each step is one conditional statement that one caller wins.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../storage/record_payload.ts";

interface ChallengeRow {
  request: string;
  answered_at_ms: number | null;
  expires_at_ms: number;
}

/**
 * Writes a challenge, or brings one of the same value up to date that still waits for its answer.
 * @returns false if it was answered: it serves no more
 */
export async function createChallenge(
  db: Database,
  challenge: { challenge: string; interactionUid: string; request: unknown; expiresAtMs: number },
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "login_challenge_open",
    `insert into login_challenges (challenge_hash, interaction_hash, request, expires_at_ms) values (?, ?, ?, ?)
     on conflict (challenge_hash) do update set request = excluded.request, expires_at_ms = excluded.expires_at_ms
     where login_challenges.answered_at_ms is null returning challenge_hash`,
    [
      hashRecordId(challenge.challenge),
      hashRecordId(challenge.interactionUid),
      JSON.stringify(challenge.request),
      challenge.expiresAtMs,
    ],
  );
  return rows.length > 0;
}

/** Finds a challenge that still waits for its answer. */
export async function findOpenChallenge<Request>(
  db: Database,
  challenge: string,
  nowMs: number,
): Promise<{ request: Request; expiresAtMs: number } | undefined> {
  const row: ChallengeRow | undefined = await db("login_challenges")
    .where({ challenge_hash: hashRecordId(challenge) })
    .whereNull("answered_at_ms")
    .where("expires_at_ms", ">", nowMs)
    .first("request", "answered_at_ms", "expires_at_ms");
  return row && { request: JSON.parse(row.request) as Request, expiresAtMs: row.expires_at_ms };
}

/**
 * Answers a challenge. Of any number of callers exactly one gets true.
 * @param answer the verifier the browser must bring, and what happens when it does
 */
export async function saveAnswer(
  db: Database,
  challenge: string,
  answer: { verifier: string; outcome: unknown },
  nowMs: number,
): Promise<boolean> {
  const rows: unknown[] = await db("login_challenges")
    .where({ challenge_hash: hashRecordId(challenge) })
    .whereNull("answered_at_ms")
    .where("expires_at_ms", ">", nowMs)
    .update({
      answered_at_ms: nowMs,
      verifier_hash: hashRecordId(answer.verifier),
      outcome: JSON.stringify(answer.outcome),
    })
    .returning(["challenge_hash"]);
  return rows.length > 0;
}

/**
 * Redeems an answered challenge in the browser that began it. Of any number of callers exactly one gets it.
 * @param interactionUid the interaction the browser's cookie proved
 */
export async function redeemAnswer<Outcome>(
  db: Database,
  redemption: { interactionUid: string; verifier: string },
  nowMs: number,
): Promise<Outcome | undefined> {
  const rows: { outcome: string }[] = await db("login_challenges")
    .where({
      interaction_hash: hashRecordId(redemption.interactionUid),
      verifier_hash: hashRecordId(redemption.verifier),
    })
    .whereNull("redeemed_at_ms")
    .where("expires_at_ms", ">", nowMs)
    .update({ redeemed_at_ms: nowMs })
    .returning(["outcome"]);
  const [row] = rows;
  return row && (JSON.parse(row.outcome) as Outcome);
}
