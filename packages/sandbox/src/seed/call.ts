// Lets the seed call operations as the root of an account: the API's own way, without HTTP and signature.
import { AwsError, SandboxSetupError } from "../ground/errors.ts";
import type {
  OperationContext,
  OperationData,
  Registry,
  ServiceName,
  SharedContext,
} from "../operation/operation.ts";
import { recorder } from "../operation/refuse.ts";
import { runOperation } from "../operation/run_operation.ts";
import { createIdSource } from "../state/index.ts";

/** Where and as whom an operation is called; `path` names the seed's entity, so that ids stay the same. */
export type CallTarget = { account: string; region: string; path: string };

/** Calls operations on behalf of a seed. */
export type SeedCaller = (
  service: ServiceName,
  operation: string,
  input: OperationData,
  target: CallTarget,
) => Promise<OperationData>;

/** @param randomSeed ids follow from it and the entity's place in the seed, not from the order of calls */
export function createSeedCaller(registry: Registry, shared: SharedContext, randomSeed: string): SeedCaller {
  const calls = new Map<string, number>();
  return async (service, operation, input, { account, region, path }) => {
    // Two entities of one name must not get one id: the second is a conflict to be told.
    const place = `${randomSeed}|${path}|${operation}`;
    const repeat = calls.get(place) ?? 0;
    calls.set(place, repeat + 1);
    const context: OperationContext = {
      ...shared,
      ids: createIdSource(repeat === 0 ? place : `${place}|${repeat}`),
      requestId: `seed ${path}`,
      service,
      operation,
      region,
      accountId: account,
      sourceIp: "127.0.0.1",
      caller: {
        accessKeyId: "",
        accountId: account,
        arn: `arn:aws:iam::${account}:root`,
        userId: account,
        user: null,
        role: null,
        session: null,
        principalTags: [],
      },
      ...recorder([]),
    };
    return runOperation(registry, context, input);
  };
}

/** Calls operations for a part of a seed, `of`, whose field is told when they refuse. */
export type PartCaller = (
  service: ServiceName,
  operation: string,
  input: OperationData,
  target: PartTarget,
) => Promise<OperationData>;

/** Where, as whom and for which part of the seed. */
export type PartTarget = CallTarget & { of: object };

/**
 * @param fieldOf the field of a part of the seed
 * @returns calls that throw SandboxSetupError `SANDBOX_SEED_INVALID` with the field, when an operation refuses
 */
export function tellFields(call: SeedCaller, fieldOf: (part: object) => string): PartCaller {
  return async (service, operation, input, { of, ...target }) => {
    try {
      return await call(service, operation, input, target);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new SandboxSetupError(
        "SANDBOX_SEED_INVALID",
        `The sandbox seed asks for what AWS would refuse: ${fieldOf(of)}: ${error.why}. ${error.fix}`,
        { cause: error },
      );
    }
  };
}
