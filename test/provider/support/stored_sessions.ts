// Owns making stored sessions a little older for tests: a request that has one writes it then, so that it ends later.
import type { Database } from "../../../src/db/connect.ts";

const olderSeconds = 120;

/** Has each session be written by the next request that has it, whatever else it does. */
export async function letSessionsSlide(db: Database): Promise<void> {
  const rows: { id_hash: string; payload: string; expires_at_ms: number }[] = await db("oidc_records")
    .where("model", "Session")
    .select("id_hash", "payload", "expires_at_ms");
  for (const { id_hash, payload, expires_at_ms } of rows) {
    const kept = JSON.parse(payload) as { exp: number };
    await db("oidc_records")
      .where({ model: "Session", id_hash })
      .update({
        payload: JSON.stringify({ ...kept, exp: kept.exp - olderSeconds }),
        expires_at_ms: expires_at_ms - olderSeconds * 1000,
      });
  }
}
