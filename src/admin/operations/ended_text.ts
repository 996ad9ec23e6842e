// Owns how what ended with an act is told to an operator.
import type { EndedRights } from "../../provider/sessions/end_rights_store.ts";
import type { EndedSignIns } from "../../provider/sessions/end_sign_ins_store.ts";

/** What ended, in words. */
export function endedRightsText({ grants, tokens, vouchers, consents }: EndedRights): string {
  return [
    many(grants, "application grant"),
    many(tokens, "token"),
    many(vouchers, "vouched login"),
    many(consents, "agreement"),
  ].join(", ");
}

/** What an operator is told of an act that found nothing to do. */
export function saidOf(unchanged: true | undefined, state: string): string[] {
  return unchanged === undefined ? [] : [`It was ${state} already: nothing was done, and nothing ended.`];
}

/** What ended of somebody's sign-ins, in words. */
export function endedText({ sessions, grants, tokens }: EndedSignIns): string {
  return `${many(sessions, "browser session")}, ${many(grants, "application grant")}, ${many(tokens, "token")}`;
}

/** A count and what it counts. */
export function many(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** A moment as operators read it, to the minute. */
export function momentText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
