// Every operation with inputs that fit its model: an answer the model can serialise, or a refusal of its own;
// never a crash, which the server would answer with 500.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { serializeError, serializeResponse } from "../src/gateway/protocol/index.ts";
import { AwsError } from "../src/ground/errors.ts";
import { getModel, getOperation, serviceNames } from "../src/models/index.ts";
import type { CheckRecord, OperationContext, ServiceName } from "../src/operation/operation.ts";
import { createRateLimiter } from "../src/operation/rate_limit.ts";
import { recorder } from "../src/operation/refuse.ts";
import { runOperation } from "../src/operation/run_operation.ts";
import { createRules } from "../src/rules/rules.ts";
import { createSearchEngine } from "../src/search/search_engine.ts";
import { applySeed } from "../src/seed/apply_seed.ts";
import { assembleRegistry } from "../src/services/registry.ts";
import { createIdentityCenterSigner } from "../src/services/sso_oidc/issue_tokens.ts";
import { createIssuerKeys } from "../src/services/sso_oidc/issuer_keys.ts";
import { createIdSource, createWorld, restoreWorld, type World, worldToJson } from "../src/state/index.ts";
import "../../../test/support/property_seed.ts";
import { modelValue } from "./support/model_values.ts";
import { CUSTOMER_ACCOUNT, exampleSeed, IDC_REGION, Q_REGION } from "./support/world.ts";

const operations = serviceNames.flatMap((service) =>
  [...getModel(service).operations.keys()].map((operation) => ({ service, operation })),
);

async function createParts() {
  const clock = () => new Date("2026-11-24T00:00:00Z");
  const ids = createIdSource("property");
  const rules = createRules();
  const shared = {
    world: createWorld(),
    search: createSearchEngine({ secret: "s", clock }),
    ids,
    clock,
    rules,
  };
  const registry = assembleRegistry({
    limiter: createRateLimiter(clock),
    issuerKeys: createIssuerKeys(rules, clock),
    signer: createIdentityCenterSigner(ids),
  });
  await applySeed(exampleSeed("https://issuer.example.com"), registry, shared, "property");
  return { shared, registry };
}

type Parts = Awaited<ReturnType<typeof createParts>>;

/** Strings that name something: keys and ids of every entity. */
function knownStrings(world: World): string[] {
  const keys = Object.values(world).flatMap((collection: Map<string, unknown>) => [...collection.keys()]);
  return [...new Set(keys.flatMap((key) => [key, ...key.split("|")]))];
}

function contextFor(
  { shared }: Parts,
  service: ServiceName,
  operation: string,
  checks: CheckRecord[],
): OperationContext {
  return {
    ...shared,
    requestId: "r",
    service,
    operation,
    region: service === "qbusiness" ? Q_REGION : IDC_REGION,
    accountId: CUSTOMER_ACCOUNT,
    sourceIp: "127.0.0.1",
    caller: {
      accessKeyId: "AKIA",
      accountId: CUSTOMER_ACCOUNT,
      arn: `arn:aws:iam::${CUSTOMER_ACCOUNT}:root`,
      userId: CUSTOMER_ACCOUNT,
      user: null,
      role: null,
      session: null,
      principalTags: [],
    },
    ...recorder(checks),
  };
}

test("inputs that fit the model never crash an operation", async () => {
  const parts = await createParts();
  const known = knownStrings(parts.shared.world);
  const calls = fc.constantFrom(...operations).chain(({ service, operation }) => {
    const shape = getOperation(service, operation).input;
    const input = shape ? modelValue(shape, known) : fc.constant({});
    return input.map((value) => ({ service, operation, input: value as Record<string, unknown> }));
  });
  const tried = new Set<string>();
  const answered = new Set<string>();
  const world = worldToJson(parts.shared.world);
  const documents = parts.shared.search.export();
  await fc.assert(
    fc.asyncProperty(calls, async ({ service, operation, input }) => {
      // Key generation is slow and tested elsewhere.
      if (service === "kms" && operation === "CreateKey") return;
      tried.add(`${service}:${operation}`);
      restoreWorld(parts.shared.world, world);
      parts.shared.search.import(documents);
      try {
        const output = await runOperation(parts.registry, contextFor(parts, service, operation, []), input);
        serializeResponse(service, operation, output ?? {}, "r");
        answered.add(`${service}:${operation}`);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        serializeError(service, error, "r");
        assert.ok(error.status < 500 || error.rule === "sandbox.operation", `${operation}: ${error.why}`);
        assert.ok(error.why !== "", `${operation} refused without a reason`);
      }
    }),
    { numRuns: 4000 },
  );
  const untried = operations.filter(({ service, operation }) => !tried.has(`${service}:${operation}`));
  assert.deepEqual(
    untried.map(({ operation }) => operation),
    ["CreateKey"],
    "operations that no input was drawn for",
  );
  assert.ok(
    answered.size > operations.length / 3,
    `only ${answered.size} of ${operations.length} operations ever answered`,
  );
});
