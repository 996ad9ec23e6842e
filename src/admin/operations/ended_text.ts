// Owns how what ended with an act is told to an operator.
import type { EndedRights } from "../../provider/sessions/end_rights_store.ts";

/** What ended, in words. */
export function endedRightsText({ grants, tokens, vouchers, consents }: EndedRights): string {
  return [
    many(grants, "application grant"),
    many(tokens, "token"),
    many(vouchers, "vouched login"),
    many(consents, "agreement"),
  ].join(", ");
}

/** A count and what it counts. */
export function many(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
