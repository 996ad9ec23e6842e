// Owns reading what a request brings: of the announced type, no more than agreed, within its time. Nothing else in src
// reads a request's bytes.
import type { IncomingMessage } from "node:http";
import { OperationError } from "../errors.ts";
import { currentRequest } from "../request_context.ts";
import { onceEach, parseFormText } from "./form_text.ts";

/** What was wrong with a body before its content counted. */
export type BodyFaultKind = "type" | "size" | "time";

/** A body that is not read to its end. */
export class BodyFault extends OperationError {
  override readonly name = "BodyFault";
  readonly kind: BodyFaultKind;

  constructor(kind: BodyFaultKind, message: string, details: { field?: string; fix?: string } = {}) {
    super("invalid_input", message, details);
    this.kind = kind;
  }
}

/** How much of a body is read, and for how long. */
export interface BodyLimits {
  /** More bytes are refused, announced or sent. */
  mostBytes: number;
  /** Milliseconds from now in which it must be here; 20,000 if not said. */
  withinMs?: number;
}

/** Less than a request may take as a whole (edge/connection_guard.ts), so that the slow are told. */
export const defaultWithinMs = 20_000;

/** Whether a request brings a body, of whatever type (RFC 9112 section 6.3). */
export function bringsBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Whether a request says that it brings a form. */
export function bringsForm(request: IncomingMessage): boolean {
  return mediaTypeOf(request) === "application/x-www-form-urlencoded";
}

/**
 * Reads the body of a form.
 * @returns its bytes, undecoded
 * @throws BodyFault for another content type, another charset than UTF-8, too much, or too late
 */
export async function readFormBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  if (!bringsForm(request)) {
    throw new BodyFault("type", "The form must be sent as application/x-www-form-urlencoded.", {
      field: "content-type",
    });
  }
  assertUtf8(request, "form");
  return readBytes(request, "form", limits);
}

/**
 * Reads a form whose fields may repeat.
 * @throws OperationError as {@link readFormBytes}, and for bytes that are no text
 */
export async function readFormPairs(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<[string, string][]> {
  return parseFormText((await readFormBytes(request, limits)).toString("latin1"));
}

/**
 * Reads a form.
 * @returns each field's one value
 * @throws OperationError as {@link readFormPairs}, and for a field sent twice
 */
export async function readFormFields(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<ReadonlyMap<string, string>> {
  return onceEach(await readFormPairs(request, limits));
}

/**
 * Reads a body that is announced as JSON.
 * @returns its bytes, undecoded
 * @throws BodyFault for another content type, another charset than UTF-8, too much, or too late
 */
export async function readJsonBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  if (mediaTypeOf(request) !== "application/json") {
    throw new BodyFault("type", "The body is not announced as JSON.", {
      field: "content-type",
      fix: "Send Content-Type: application/json.",
    });
  }
  assertUtf8(request, "body");
  return readBytes(request, "body", limits);
}

/**
 * Reads the body of a form that brings a file.
 * @returns its bytes, undecoded, and what stands between its parts
 * @throws BodyFault for another content type, too much, or too late
 */
export async function readUploadBytes(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<{ bytes: Buffer; boundary: string }> {
  const type = request.headers["content-type"] ?? "";
  const boundary = /^multipart\/form-data; *boundary="?([\w'()+,./:=?-]{1,70})"?$/i.exec(type)?.[1];
  if (boundary === undefined) {
    throw new BodyFault("type", "The form must be sent as multipart/form-data.", { field: "content-type" });
  }
  return { bytes: await readBytes(request, "form", limits), boundary };
}

function assertUtf8(request: IncomingMessage, what: "form" | "body"): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers["content-type"] ?? "")?.[1];
  if (charset === undefined || charset.toLowerCase() === "utf-8") return;
  throw new BodyFault("type", `The ${what} is in another charset than UTF-8.`, {
    field: "content-type",
    fix: "Leave charset out, or say utf-8.",
  });
}

async function readBytes(
  request: IncomingMessage,
  what: "form" | "body",
  { mostBytes, withinMs = defaultWithinMs }: BodyLimits,
): Promise<Buffer> {
  const tooLarge = () => new BodyFault("size", `The ${what} is larger than ${mostBytes} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) throw tooLarge();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new BodyFault("time", `The ${what} did not arrive in ${withinMs / 1000} s.`)),
    withinMs,
  );
  // Whoever is refused half-way gets the answer all the same: leaving the loop must not end the connection.
  const chunks = request.iterator({ destroyOnReturn: false });
  try {
    const body = await Promise.race([collect(chunks, mostBytes, tooLarge), late]);
    clearTimeout(timer);
    await currentRequest()?.bodyIsHere?.(body);
    return body;
  } finally {
    clearTimeout(timer);
    // What still comes is dropped, for as long as the port lets a request last.
    if (!request.readableEnded) request.resume();
  }
}

async function collect(
  chunks: AsyncIterable<Buffer>,
  mostBytes: number,
  tooLarge: () => BodyFault,
): Promise<Buffer> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > mostBytes) throw tooLarge();
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}

const mediaTypeOf = (request: IncomingMessage): string | undefined =>
  request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
