// Owns explaining an error to whoever met it: from the text they copied, or from the id of the request it happened in, of
// which the audit trail tells what was refused. The explanations are the exchange's own and this provider's catalogue of
// codes; the text is kept nowhere.
import {
  type DecodedError,
  decodeError,
  type ErrorExplanation,
  explainCode,
  type FailureContext,
} from "tti-exchange";
import type { AuditEvent } from "../audit/audit_store.ts";
import { findEventsOfRequest } from "../audit/request_events_store.ts";
import type { Database } from "../db/connect.ts";
import { errorCatalogue, OperationError } from "../errors.ts";
import { getAccessor } from "./accessor_store.ts";
import { explainOwnWords } from "./own_failures.ts";

/** One explanation; its code is the exchange's, that of a set-up at AWS, or this provider's own. */
export interface Explanation extends Omit<ErrorExplanation, "code"> {
  code: string;
}

/** What an error is. */
export interface ExplainedError extends Omit<DecodedError, "explanations"> {
  /** The likeliest first; none: nothing was recognised. */
  explanations: readonly Explanation[];
  /** The event of the audit trail that tells of it; absent: none does. */
  event?: Pick<AuditEvent, "id" | "atMs" | "type" | "tenantId" | "accountId" | "clientId">;
}

/** Whether a text is the id of a request of ours and nothing else. */
export const isRequestId = (text: string): boolean => uuid.test(text.trim());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Explains an error.
 * @param db whose trail is looked at; undefined: none can be
 * @param text what somebody copied, or the id of a request of ours (`X-Request-Id`)
 * @param tenantId whose trail may be looked at; undefined: everybody's
 */
export async function explainError(
  db: Database | undefined,
  text: string,
  tenantId: string | undefined,
): Promise<ExplainedError> {
  const alone = text.trim();
  const decoded = decodeError(text);
  const requestId = isRequestId(alone) ? alone : decoded.recognised.requestId;
  const event = db && requestId ? await findRefusal(db, requestId, tenantId) : undefined;
  const context = db && event ? await connectionNamed(db, event) : {};
  const found = event === undefined ? decoded : decodeError(text, context);
  const { name, operation } = decoded.recognised;
  const own = explainOwnWords(text, name !== undefined || operation !== undefined);
  const explanations = [
    ...own.found,
    ...(event === undefined ? [] : explainCodes(codesOf(event), context)),
    ...(own.alone ? [] : found.explanations),
    ...explainCodes(codesIn(alone), context),
  ];
  return {
    ...found,
    explanations: explanations.filter(
      ({ code }, at) => explanations.findIndex((other) => other.code === code) === at,
    ),
    ...(event === undefined ? {} : { event: partOf(event) }),
  };
}

async function findRefusal(
  db: Database,
  requestId: string,
  tenantId: string | undefined,
): Promise<AuditEvent | undefined> {
  const events = await findEventsOfRequest(db, requestId.toLowerCase(), tenantId);
  return events.find((event) => codesOf(event).length > 0);
}

/** The codes an event has of what was refused; only those that are explained. */
function codesOf({ details }: AuditEvent): string[] {
  return [details["refused"], details["reason"]].filter(
    (code): code is string => typeof code === "string" && explainCodes([code], {}).length > 0,
  );
}

// Where a code of this provider stands in a text: as all of it (with an underscore, unlike English), after a label, or before the words of an OAuth error. A word of English
// in the middle of a sentence is none.
function codesIn(text: string): string[] {
  if (/^[a-z]{1,20}(?:_[a-z]{1,20}){1,5}$/.test(text)) return [text];
  const bounded = text.slice(0, 65_536);
  const labelled = bounded.matchAll(
    /\b(?:code|error|error_description)["']?\s{0,3}[:=]\s{0,3}["']?([a-z]{3,20}(?:_[a-z]{1,20}){0,5})\b/g,
  );
  return [...labelled].map(([, code = ""]) => code).slice(0, 50);
}

function explainCodes(codes: readonly string[], context: FailureContext): Explanation[] {
  return codes.flatMap((code) => explainCode(code, context) ?? explainOwn(code) ?? []);
}

/**
 * Explains one code, the exchange's or this provider's own; undefined for what is neither.
 * @param context what is known of the connection
 */
export function explainCodeOf(code: string, context: FailureContext): Explanation | undefined {
  return explainCodes([code], context)[0];
}

function explainOwn(code: string): Explanation | undefined {
  if (!Object.hasOwn(errorCatalogue, code)) return undefined;
  const { meaning, fix } = errorCatalogue[code as keyof typeof errorCatalogue];
  const title = meaning.replace(/\.$/, "");
  return { code, step: undefined, title: title.charAt(0).toLowerCase() + title.slice(1), causes: [], fix };
}

/** What the trail and the store know of the connection; nothing where the accessor is gone. */
async function connectionNamed(db: Database, { tenantId, details }: AuditEvent): Promise<FailureContext> {
  if (tenantId === undefined) return {};
  const name = typeof details["accessor"] === "string" ? details["accessor"] : "default";
  try {
    const { applicationId, idcApplicationArn, idcRegion, qRegion } = await getAccessor(db, tenantId, name);
    return { tenantId, applicationId, idcApplicationArn, idcRegion, qRegion };
  } catch (error) {
    if (error instanceof OperationError && error.code === "accessor_not_found") return { tenantId };
    throw error;
  }
}

function partOf({ id, atMs, type, tenantId, accountId, clientId }: AuditEvent) {
  return {
    id,
    atMs,
    type,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(clientId === undefined ? {} : { clientId }),
  };
}
