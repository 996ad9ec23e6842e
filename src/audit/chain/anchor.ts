// Owns how an anchor is written: a block of the chain that somebody noted elsewhere, as `NUMBER:HASH`.
import { OperationError } from "../../errors.ts";

/** A block somebody noted: its number and its hash. */
export interface Anchor {
  number: number;
  hash: string;
}

/** Writes a block as an anchor. */
export const formatAnchor = ({ number, hash }: Anchor): string => `${number}:${hash}`;

/** Reads an anchor. @throws OperationError invalid_input */
export function parseAnchor(text: string): Anchor {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number !== undefined && hash !== undefined) return { number: Number(number), hash };
  throw new OperationError("invalid_input", "anchor is no block of the chain.", {
    field: "anchor",
    fix: "Give it as tti audit verify printed it: NUMBER:HASH.",
  });
}
