// The one way to refuse. An operation says `throw refuse(code, message, { rule, why, fix })`; what AWS answers is built
// here, and recorded here among the request's checks when it leaves the operation, so that nobody records it by hand.
import { AwsError, type Json, type Told } from "../ground/errors.ts";
import { getModel, type ServiceName } from "../models/index.ts";
import type { CheckRecord } from "./operation.ts";

export type { Told } from "../ground/errors.ts";

/**
 * Builds a service's refusal.
 *
 * @param code as AWS has it on the wire, or the name of the model's exception
 * @param message what AWS would say
 * @param told what it would not
 * @param members further modelled members of the error
 */
export type Refuse<Code extends string> = (
  code: Code,
  message: string,
  told: Told,
  members?: Record<string, Json>,
) => AwsError;

/**
 * The refusals of one service. Statuses are the model's; 400 where it is silent (sso-admin, identitystore, kms).
 *
 * @param unmodelled statuses of the codes that AWS answers and its model does not list
 */
export function refusing<Code extends string>(
  service: ServiceName,
  unmodelled: Partial<Record<Code, number>> = {},
): Refuse<Code> {
  return (code, message, { rule, why, fix }, members = {}) =>
    new AwsError({
      code,
      status: unmodelled[code] ?? modelledStatus(service, code),
      message,
      members,
      rule,
      why,
      fix,
    });
}

/** @throws Error for a code the model does not list: a programmer's mistake, not a caller's */
function modelledStatus(service: ServiceName, code: string): number {
  for (const shape of getModel(service).shapes.values()) {
    if (shape.kind !== "structure" || shape.exception === undefined) continue;
    if (shape.name === code || shape.exception.code === code) return shape.exception.status ?? 400;
  }
  throw new Error(
    `${service} models no error ${code}; give its status where the service's refusals are made.`,
  );
}

/** Writes down the refusal that ended a request: no refusal stands beside green checks only. */
export function recordRefusal({ rule, why, fix }: AwsError, checks: CheckRecord[]): void {
  checks.push({ name: rule, passed: false, why, fix });
}

/** @returns how an operation records what it looked at, into `checks` */
export function recorder(checks: CheckRecord[]): {
  passed(rule: string, why: string): void;
  warned(told: Told): void;
} {
  return {
    passed(rule, why) {
      checks.push({ name: rule, passed: true, why });
    },
    warned({ rule, why, fix }) {
      checks.push({ name: rule, passed: false, why, fix });
    },
  };
}
