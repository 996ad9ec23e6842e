// Owns the row an audit event becomes, for the statements that record one together with what it is about.
import { randomUUID } from "node:crypto";
import { currentRequest } from "../request_context.ts";
import type { DetailValue, NewAuditEvent } from "./event_types.ts";

/** An event as the table has it. */
export interface AuditRow {
  id: string;
  at_ms: number;
  type: string;
  tenant_id: string | null;
  account_id: string | null;
  client_id: string | null;
  actor: string | null;
  details: string;
  address: string | null;
  request_id: string | null;
  login_hash: string | null;
  times: number;
}

/** The columns of a row, in the order of `auditRowOf`. */
export const auditColumns = [
  "id",
  "at_ms",
  "type",
  "tenant_id",
  "account_id",
  "client_id",
  "actor",
  "details",
  "address",
  "request_id",
] as const;

/** The request an event belongs to, kept for when it is written outside of it (in a batch with others). */
export interface EventOrigin {
  address: string | undefined;
  requestId: string | undefined;
}

/** The origin of what is recorded here and now. */
export function originHere(): EventOrigin {
  const request = currentRequest();
  return { address: request?.address, requestId: request?.requestId };
}

/**
 * An event's row, in the order of `auditColumns`.
 * @param origin whose request it belongs to; give it where the row is made outside of that request
 */
export function auditRowOf(event: NewAuditEvent, now: Date, origin: EventOrigin = originHere()) {
  return [
    randomUUID(),
    now.getTime(),
    event.type,
    event.tenantId ?? null,
    event.accountId ?? null,
    event.clientId ?? null,
    event.actor,
    detailsText(event.details ?? {}),
    origin.address ?? null,
    origin.requestId ?? null,
  ] as const;
}

const longestDetail = 1_000;

// Much of it was typed by whoever asked: no text fills the trail, and none acts on the terminal that shows it.
function detailsText(details: Readonly<Record<string, DetailValue>>): string {
  return JSON.stringify(details, (_name, value: unknown) =>
    typeof value === "string" ? bounded(value.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "\ufffd")) : value,
  );
}

const bounded = (text: string): string =>
  text.length <= longestDetail ? text : `${text.slice(0, longestDetail).toWellFormed()}…`;
