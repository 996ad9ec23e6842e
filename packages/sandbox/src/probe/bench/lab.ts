// The bench a probe works at: calls that are written down as evidence, calls that set up and must succeed, time, and the list
// of what was made.
import type { Answer, AwsCalls, AwsService, CallOptions } from "./aws_calls.ts";
import { Stopped, Undecided } from "./endings.ts";
import type { UndoList } from "./undo.ts";

/** One question to AWS and what came back; no token, no key, and no account id once it is written down. */
export type Evidence = {
  asked: string;
  status: number;
  code: string | null;
  message: string | null;
  requestId: string | null;
};

/** What a lab works with. */
export type LabParts = {
  aws: AwsCalls;
  undo: UndoList;
  clock: () => Date;
  wait: (ms: number) => Promise<void>;
  /** Ends the run before its next call. */
  stop?: AbortSignal;
};

/** The bench of one account and region. */
export type Lab = {
  region: string;
  /** Evidence of the probe that is under way. */
  evidence: Evidence[];
  nowSeconds(): number;
  /** Starts a stopwatch. @returns waits until so many seconds have passed since */
  stopwatch(): (seconds: number) => Promise<void>;
  /** @throws Stopped */
  wait(ms: number): Promise<void>;
  /** Asks what a probe wants to know, and keeps the answer as evidence. */
  ask(
    asked: string,
    service: AwsService,
    operation: string,
    input: object,
    how?: CallOptions,
  ): Promise<Answer>;
  /** Calls for setting up. @throws Undecided when AWS refuses */
  must(service: AwsService, operation: string, input: object, how?: CallOptions): Promise<Answer["output"]>;
  /** Makes something and has it removed at the end. @throws Undecided when AWS refuses */
  make(thing: MadeThing): Promise<Answer["output"]>;
  /** Asks whether AWS makes something; what it makes is removed at the end. */
  attempt(asked: string, thing: MadeThing): Promise<Answer>;
};

/** Something to make: the call, and the call that takes it away. */
export type MadeThing = {
  what: string;
  service: AwsService;
  create: [operation: string, input: object];
  how?: CallOptions;
  /** @param output what the creation answered */
  remove(output: Answer["output"]): { id: string; calls: [operation: string, input: object][] };
};

const TRANSIENT = new Set([
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "InternalServerException",
  "ServiceUnavailable",
  "ConcurrentModification",
]);
const SETUP_TRIES = 5;

export function createLab({ aws, undo, clock, wait, stop }: LabParts): Lab {
  const evidence: Evidence[] = [];
  const assertGoing = () => {
    if (stop?.aborted === true) throw new Stopped("The run was stopped.");
  };
  const pause = async (ms: number) => {
    assertGoing();
    await wait(ms);
    assertGoing();
  };
  async function insist(service: AwsService, operation: string, input: object, how?: CallOptions) {
    for (let tried = 1; ; tried += 1) {
      const answer = await aws.call(service, operation, { ...input }, how);
      if (answer.ok) return answer.output;
      if (!TRANSIENT.has(answer.code ?? "") || tried === SETUP_TRIES) {
        throw new Undecided(
          `${service} ${operation} was refused: ${answer.code}: ${answer.message}${isMissingRight(answer) ? RIGHTS : ""}`,
        );
      }
      await wait(1000 * tried);
    }
  }
  const must: Lab["must"] = (service, operation, input, how) => {
    assertGoing();
    return insist(service, operation, input, how);
  };
  const ask: Lab["ask"] = async (asked, service, operation, input, how) => {
    assertGoing();
    const answer = await aws.call(service, operation, { ...input }, how);
    const { status, code, message, requestId } = answer;
    evidence.push({ asked, status, code, message, requestId });
    return answer;
  };
  function keepForRemoval({ what, service, remove, how }: MadeThing, output: Answer["output"]) {
    const { id, calls } = remove(output);
    undo.add({
      what,
      id,
      async remove() {
        for (const [operation, input] of calls) await insist(service, operation, input, how);
      },
    });
  }
  return {
    region: aws.region,
    evidence,
    nowSeconds: () => Math.floor(clock().getTime() / 1000),
    wait: pause,
    stopwatch() {
      const startedAtMs = clock().getTime();
      return (seconds) => pause(Math.max(0, startedAtMs + seconds * 1000 - clock().getTime()));
    },
    ask,
    must,
    async make(thing) {
      const output = await must(thing.service, ...thing.create, thing.how);
      keepForRemoval(thing, output);
      return output;
    },
    async attempt(asked, thing) {
      const answer = await ask(asked, thing.service, ...thing.create, thing.how);
      if (answer.ok) keepForRemoval(thing, answer.output);
      return answer;
    },
  };
}

/** What stands after AWS's own words, when the profile lacks a right. */
const RIGHTS = " (docs/probes.md#permissions has the policy a run needs)";

function isMissingRight({ message }: Answer): boolean {
  return /is not authorized to perform/.test(message ?? "");
}

const REFUSALS = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "ConflictException",
  "ExpiredTokenException",
  "InvalidClientException",
  "InvalidGrantException",
  "InvalidRequestException",
  "LicenseNotFoundException",
  "ServiceQuotaExceededException",
  "UnauthorizedClientException",
  "ValidationError",
  "ValidationException",
]);

/**
 * @param how `isAboutPolicies`: that a policy does not allow it is the answer, not a right the run lacks
 * @returns whether AWS took it
 * @throws Undecided for an answer that is no judgement of what was sent: a throttle, a fault of the service, a missing right
 */
export function wasAccepted(answer: Answer, how: { isAboutPolicies?: boolean } = {}): boolean {
  if (answer.ok) return true;
  if (isMissingRight(answer) && how.isAboutPolicies !== true) {
    throw new Undecided(`the profile may not do this: ${answer.message}${RIGHTS}`);
  }
  if (REFUSALS.has(answer.code ?? "")) return false;
  throw new Undecided(`AWS answered ${answer.status} ${answer.code}, which does not answer the question`);
}

/**
 * @returns whether what was read is there
 * @throws Undecided for any other answer
 */
export function isThere(answer: Answer): boolean {
  if (answer.code === "ResourceNotFoundException") return false;
  if (answer.ok) return true;
  throw new Undecided(`AWS answered ${answer.status} ${answer.code}, which does not answer the question`);
}

/**
 * Goes up a ladder as long as AWS takes each rung.
 *
 * @returns the last rung taken, or undefined when it took none
 */
export async function highestAccepted<Rung>(
  rungs: readonly Rung[],
  accepts: (rung: Rung) => Promise<boolean>,
): Promise<Rung | undefined> {
  let highest: Rung | undefined;
  for (const rung of rungs) {
    if (!(await accepts(rung))) return highest;
    highest = rung;
  }
  return highest;
}
