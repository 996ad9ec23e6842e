// Owns how a change is made dependent on what was read before it: the ETag of what GET answers, and If-Match beside a
// change (RFC 9110 sections 8.8.3 and 13.1.1). Of two changes by the same ETag one finds the state it was read from.
import { createHash } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";

/** What a face asks of the state before an act, and is told of the state after. */
export interface Condition {
  /** `If-Match` as it was sent; undefined: the act is done whatever the state is. */
  ifMatch: string | undefined;
  /** Is told the ETag of what there is now. */
  told(etag: string): void;
}

/** Which thing an act changes, as far as its revision goes. */
export interface Revises<Input, Answer> {
  /**
   * Holds the thing until the transaction ends, so that no other change comes between.
   * @returns what GET answers of it
   * @throws OperationError if there is none
   */
  hold(trx: Database, input: Input): Promise<unknown>;
  /** What GET would answer after the act; absent: nothing, the thing is gone. */
  after?(answer: Answer): unknown;
}

/** The strong ETag of an answer: the same for the same content, on every instance. */
export function etagOf(answer: unknown): string {
  return `"${createHash("sha256").update(JSON.stringify(answer)).digest("base64url").slice(0, 27)}"`;
}

// RFC 9110 section 8.8.3; a weak one is read, and fits nothing (section 8.8.3.2).
const etagList = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:[ \t]*,[ \t]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*$/;

/**
 * Reads an If-Match.
 * @returns the strong ETags it names; `*` for whatever there is
 * @throws OperationError invalid_input
 */
export function parseIfMatch(text: string): readonly string[] | "*" {
  const trimmed = text.trim();
  if (trimmed === "*") return "*";
  if (!etagList.test(trimmed)) {
    throw new OperationError("invalid_input", "If-Match holds no ETag.", {
      field: "If-Match",
      fix: 'Send the ETag of the answer to GET as it is, in its quotation marks: If-Match: "…".',
    });
  }
  return (trimmed.match(/(?:W\/)?"[^"]*"/g) ?? []).filter((one) => !one.startsWith("W/"));
}

/**
 * Asserts that a thing is what whoever changes it has read.
 * @param wanted as {@link parseIfMatch} read it
 * @param shown what GET answers now, in the transaction of the change
 * @throws OperationError precondition_failed
 */
export function assertRevision(wanted: readonly string[] | "*", shown: unknown): void {
  if (wanted === "*" || wanted.includes(etagOf(shown))) return;
  throw new OperationError(
    "precondition_failed",
    "It is not what If-Match says any more: nothing was done.",
    {
      field: "If-Match",
    },
  );
}
