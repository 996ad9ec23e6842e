// Owns where a page of the trail ends, as text: the next page begins there, whatever else was recorded meanwhile.
import { OperationError } from "../errors.ts";

/** The place of an event in the list. */
export interface AuditPlace {
  atMs: number;
  id: string;
}

/** The place as text, for whoever asks for the page after it. */
export function formatCursor({ atMs, id }: AuditPlace): string {
  return `${atMs}.${id}`;
}

/**
 * Reads a place.
 * @param field the name of the input field, for the error
 * @throws OperationError invalid_input
 */
export function parseCursor(text: string, field: string): AuditPlace {
  const [, atMs, id] = /^(\d{1,15})\.([\w-]{1,80})$/.exec(text) ?? [];
  if (atMs !== undefined && id !== undefined) return { atMs: Number(atMs), id };
  throw new OperationError("invalid_input", `${field} is no cursor.`, {
    field,
    fix: "Give the cursor that came with the page before, as it is.",
  });
}
