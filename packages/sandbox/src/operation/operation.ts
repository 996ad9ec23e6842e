// The registry of operations: what a service of the sandbox is made of, and what an operation is given to work with.
// Services know nothing of HTTP, signatures or each other; they meet in the world.
import type { Clock } from "../ground/clock.ts";
import type { Told } from "../ground/errors.ts";
import type { ServiceName } from "../models/shapes.ts";
import type { Rules } from "../rules/rules.ts";
import type { SearchEngine } from "../search/search_engine.ts";
import type { IamRole, IamUser, IdSource, Session, Tag, World } from "../state/index.ts";

export type { ServiceName } from "../models/shapes.ts";

/** Who signed a request, resolved from its access key. */
export type Caller = {
  accessKeyId: string;
  accountId: string;
  /** `arn:aws:iam::…:user/…`, `arn:aws:sts::…:assumed-role/<role>/<session>` or `arn:aws:iam::…:root`. */
  arn: string;
  /** `AIDA…`, `AROA…:<session>` or the account id. */
  userId: string;
  /** The user, when a user signed. */
  user: IamUser | null;
  /** The role, when a session of a role signed. */
  role: IamRole | null;
  /** The session, when a session of a role signed; holds session tags and the identity context. */
  session: Session | null;
  /** `aws:PrincipalTag/…` of the request: the role's or user's tags overlaid by session tags. */
  principalTags: Tag[];
  /** When temporary credentials of the user or root signed (GetSessionToken): when they were issued. */
  temporarySinceMs?: number;
};

/** One named check of a request and how it ended; listed by the control API. */
export type CheckRecord = {
  /** Stable dotted name, e.g. `token.audience`. */
  name: string;
  passed: boolean;
  /** What was compared and what was found, in plain words, without secrets. */
  why: string;
  /** What to change, when it failed. */
  fix?: string;
};

/** What an operation may use. */
export type OperationContext = {
  requestId: string;
  service: ServiceName;
  operation: string;
  /** Region of the credential scope. */
  region: string;
  /** The caller's account. */
  accountId: string;
  caller: Caller;
  world: World;
  /** Every document of every index, and their search. */
  search: SearchEngine;
  ids: IdSource;
  /** Address the request came from (`aws:SourceIp`). */
  sourceIp: string;
  /** The sandbox's clock (movable). */
  clock: Clock;
  rules: Rules;
  /** Records a check that passed. One that fails is thrown (`refuse`), and recorded on its way out. */
  passed(rule: string, why: string): void;
  /** Records what AWS may refuse and the sandbox lets pass. */
  warned(told: Told): void;
};

/** What every operation of a sandbox shares; the rest of its context belongs to one request. */
export type SharedContext = Pick<OperationContext, "world" | "search" | "ids" | "clock" | "rules">;

/** Input or output of an operation, with members as the AWS model spells them. */
export type OperationData = Record<string, unknown>;

/**
 * Who decides whether the caller may: a function gives the ARN its identity policies (and session policies) are asked for,
 * `anyResource` asks them without comparing Resource elements, `operation` leaves it to the operation.
 *
 * Declared as a method, like {@link OperationEntry.run}, so that each may name its own input type (a `type` alias of the
 * validated members).
 */
export type Authorize =
  | { by(input: OperationData, context: OperationContext): string }["by"]
  | "anyResource"
  | "operation";

/**
 * What an operation is, under its name: the name says which input model of AWS's it is held against before it is authorized
 * and run. Output is serialised by the model: give timestamps as `Date`.
 */
export type OperationEntry = {
  authorize: Authorize;
  /** AWS takes it without a signature: its caller has no credentials yet (`smithy.api#noAuth`). */
  unsigned?: true;
  run(
    input: OperationData,
    context: OperationContext,
  ): OperationData | undefined | Promise<OperationData | undefined>;
};

/** One operation of one service. */
export type Operation = OperationEntry & { service: ServiceName; operation: string };

/** The operations of a family, by name as AWS spells it. */
export function family(
  service: ServiceName,
  operations: Readonly<Record<string, OperationEntry>>,
): readonly Operation[] {
  return Object.entries(operations).map(([operation, entry]) => ({ service, operation, ...entry }));
}

/** Finds operations by service and name. */
export type Registry = {
  find(service: string, operation: string): Operation | undefined;
  list(): readonly Operation[];
};

/**
 * @param operations every operation of the sandbox
 * @throws Error when two claim the same service and name (a programming fault)
 */
export function createRegistry(operations: readonly Operation[]): Registry {
  const byName = new Map<string, Operation>();
  for (const operation of operations) {
    const key = `${operation.service}:${operation.operation}`;
    if (byName.has(key)) throw new Error(`Operation ${key} is registered twice.`);
    byName.set(key, operation);
  }
  return {
    find: (service, operation) => byName.get(`${service}:${operation}`),
    list: () => operations,
  };
}
