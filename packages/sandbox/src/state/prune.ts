// Forgets what can no longer matter, so that a sandbox that runs for weeks does not grow: sessions, contexts, codes,
// replay records and the statuses of requests some time after they ended. Until then a late use is refused with its true reason.
import { sessionOf } from "./iam_entities.ts";
import type { World } from "./world.ts";

/** How long ended things are kept, in milliseconds. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Deletes from `world` what ended more than a day before `now`. */
export function pruneWorld(world: World, now: Date): void {
  const before = now.getTime() - KEEP_MS;
  for (const [id, key] of world.accessKeys) {
    const expiresAtMs = sessionOf(key)?.expiresAtMs ?? null;
    if (expiresAtMs !== null && expiresAtMs < before) world.accessKeys.delete(id);
  }
  for (const ended of [
    world.identityContexts,
    world.authorizationCodes,
    world.refreshTokens,
    world.portalTokens,
  ]) {
    for (const [key, { expiresAtMs }] of ended) if (expiresAtMs < before) ended.delete(key);
  }
  for (const [key, token] of world.redeemedTokens) {
    if (token.keepUntilMs < now.getTime()) world.redeemedTokens.delete(key);
  }
  for (const dated of [world.idempotencyRecords, world.accountAccessRequests]) {
    for (const [key, { createdAtMs }] of dated) if (createdAtMs < before) dated.delete(key);
  }
}
