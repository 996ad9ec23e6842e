// Faults to inject into coming requests: errors, delays and broken connections, by service and operation.
import { SandboxSetupError } from "../ground/errors.ts";

/** What shall happen to matching requests. */
export type Fault = {
  /** Model name of the service (`sts`, `sso-oidc`, …); absent: any. */
  service?: string | undefined;
  /** Operation; absent: any. */
  operation?: string | undefined;
  /** How many matching requests it hits; default 1. */
  times?: number | undefined;
  /** Wait before anything else, in milliseconds. */
  delayMs?: number | undefined;
  /** Answer with this error instead of doing the operation. */
  error?:
    | {
        code: string;
        status?: number | undefined;
        message?: string | undefined;
        members?: Record<string, string> | undefined;
      }
    | undefined;
  /**
   * Break the connection: `before` the operation is done, `after` it is done but before any answer (the caller cannot
   * know), or in the `middle` of the answer.
   */
  drop?: "before" | "after" | "middle" | undefined;
};

/** A fault that waits, with how often it will still strike. */
export type PendingFault = Fault & { id: number; remaining: number };

/** The faults that wait. */
export type FaultQueue = {
  /** @throws SandboxSetupError `SANDBOX_FAULT_INVALID` */
  add(fault: Fault): PendingFault;
  /** Takes the oldest fault that matches and counts it down. */
  take(service: string, operation: string): PendingFault | undefined;
  list(): PendingFault[];
  clear(): void;
};

/** More faults than any test asks for. */
const MAX_PENDING = 1000;
/** What an error code may be: it travels in a header. */
const CODE = /^[\w.:#-]{1,128}$/;

export function createFaultQueue(): FaultQueue {
  let nextId = 1;
  let pending: PendingFault[] = [];
  return {
    add(fault) {
      if (pending.length >= MAX_PENDING)
        throw invalid(`${MAX_PENDING} faults wait already; clear them first.`);
      if (fault.error !== undefined && !CODE.test(fault.error.code)) {
        throw invalid("An error code has letters, digits and _ . : # - only, at most 128.");
      }
      const added = { ...fault, id: nextId, remaining: Math.max(1, fault.times ?? 1) };
      nextId += 1;
      pending.push(added);
      return added;
    },
    take(service, operation) {
      const found = pending.find(
        (fault) =>
          (fault.service === undefined || fault.service === service) &&
          (fault.operation === undefined || fault.operation === operation),
      );
      if (found === undefined) return undefined;
      found.remaining -= 1;
      if (found.remaining <= 0) pending = pending.filter((fault) => fault !== found);
      return found;
    },
    list: () => pending.map((fault) => ({ ...fault })),
    clear() {
      pending = [];
    },
  };
}

function invalid(message: string): SandboxSetupError {
  return new SandboxSetupError("SANDBOX_FAULT_INVALID", message);
}
