// Owns where an event stands in the chain, as text: what export and follow go on from. Places only grow, and whatever is
// sealed later stands later, so that nobody who goes on from a place misses an event that was committed late.
import { OperationError } from "../errors.ts";

/** A place in the chain. */
export interface SealedPlace {
  block: number;
  place: number;
}

/** Before the first event. */
export const chainStart: SealedPlace = { block: 0, place: 0 };

/** The place as text, `BLOCK.PLACE`. */
export function formatPlace({ block, place }: SealedPlace): string {
  return `${block}.${place}`;
}

/**
 * Reads a place.
 * @param field the name of the input field, for the error
 * @throws OperationError invalid_input
 */
export function parsePlace(text: string, field: string): SealedPlace {
  const [, block, place] = /^(\d{1,15})\.(\d{1,9})$/.exec(text) ?? [];
  if (block !== undefined && place !== undefined) return { block: Number(block), place: Number(place) };
  throw new OperationError("invalid_input", `${field} is no place in the chain.`, {
    field,
    fix: "Give the place of the last event you have, as it came: BLOCK.PLACE. 0.0 is before the first.",
  });
}
