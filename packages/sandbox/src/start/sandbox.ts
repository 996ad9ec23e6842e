// startSandbox: puts the parts together, seeds or restores the state, and listens.
import { setTimeout as delay } from "node:timers/promises";
import { createControl, type SandboxControl } from "../control/control.ts";
import { handleControlRequest } from "../control/control_routes.ts";
import { createOwnIssuer } from "../control/own_issuer.ts";
import { createFaultQueue } from "../gateway/faults.ts";
import { createGateway } from "../gateway/gateway.ts";
import { type InboundRequest, listen } from "../gateway/http/listener.ts";
import { reachableHost } from "../gateway/http/local_host.ts";
import { movableClock, systemClock } from "../ground/clock.ts";
import { createIssuerKeys } from "../issuer/issuer_keys.ts";
import { OWN_ISSUER_URL } from "../issuer/own_issuer_url.ts";
import type { SharedContext } from "../operation/operation.ts";
import { createRateLimiter } from "../operation/rate_limit.ts";
import { createRequestLog, type RequestRecord } from "../operation/request_log.ts";
import { handleAuthorize } from "../page/authorize/handle_authorize.ts";
import { handleControls } from "../page/controls_actions.ts";
import { handlePage } from "../page/handle_page.ts";
import { createRules } from "../rules/rules.ts";
import { createSearchEngine } from "../search/search_engine.ts";
import { readSearchSettings } from "../search/settings.ts";
import { applySeed } from "../seed/apply_seed.ts";
import { checkReferences } from "../seed/check_references.ts";
import { parseSeed } from "../seed/parse_seed.ts";
import { assembleRegistry } from "../services/registry.ts";
import { createIdentityCenterSigner } from "../services/sso_oidc/issue_tokens.ts";
import { clearWorld, createIdSource, createWorld, worldToJson } from "../state/index.ts";
import { pruneWorld } from "../state/prune.ts";
import { emptySeedResult, type SeedResult } from "../state/seed_result.ts";
import { claimStateFile, digestSeed, readStateFile, type SandboxState } from "../state/state_file.ts";
import type { StateLock } from "../state/state_lock.ts";
import { type KeptWork, keepState, noteChanges, type SearchChange, type StateKeeper } from "./keep_state.ts";
import { tellMovedClock } from "./moved_clock.ts";
import { assertKnownOptions, type SandboxOptions } from "./options.ts";
import { readDocumentsInTurns } from "./read_documents.ts";
import { restoreState } from "./restore_state.ts";
import { UnsavedError, unsavedAnswer } from "./unsaved.ts";

export type { SandboxOptions } from "./options.ts";

const DEFAULT_PORT = 4566;
/** Ids of the seed's entities stay the same from start to start unless a random seed says otherwise. */
const DEFAULT_SEED_NAME = "tti-sandbox";
const REQUESTS_BETWEEN_PRUNINGS = 500;

/** A running sandbox. */
export type Sandbox = {
  /** For `AWS_ENDPOINT_URL`. */
  url: string;
  port: number;
  control: SandboxControl;
  /** Ids and credentials of the seed, by the seed's names. */
  seedResult: SeedResult;
  /** False once it was closed and could not write its state. */
  readonly isSaved: boolean;
  /** Saves the state, breaks all connections and frees the port. */
  close(): Promise<void>;
};

/**
 * Starts a local AWS.
 *
 * @throws SandboxSetupError `SANDBOX_OPTION_INVALID`, `SANDBOX_SEED_INVALID`, `SANDBOX_RULE_INVALID`, `SANDBOX_STATE_INVALID`,
 *   `SANDBOX_STATE_UNREADABLE`, `SANDBOX_STATE_UNWRITABLE`, `SANDBOX_STATE_LOCKED`, `SANDBOX_PORT_IN_USE`
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  assertKnownOptions(options);
  const lock = options.statePath === undefined ? undefined : await claimStateFile(options.statePath);
  try {
    return await startLocked(options, lock);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

async function startLocked(options: SandboxOptions, lock: StateLock | undefined): Promise<Sandbox> {
  const seed = options.seed === undefined ? undefined : parseSeed(options.seed);
  if (seed !== undefined) {
    for (const oddity of checkReferences(seed).oddities) options.onWarning?.(`The seed is odd: ${oddity}.`);
  }
  const { statePath } = options;
  const saved = statePath === undefined ? undefined : await readStateFile(statePath);
  const seedDigest = digestSeed(seed);
  const restored = saved?.seedDigest === seedDigest ? saved : undefined;
  if (saved !== undefined && restored === undefined) {
    options.onWarning?.("The seed is not the one the state began with: the state begins anew.");
  }
  const core = createCore(options, restored);
  const { shared, registry, clock, rules, issuerKeys, limiter, ownIssuer } = core;
  const log = createRequestLog();
  const faults = createFaultQueue();
  const randomSeed = options.randomSeed ?? DEFAULT_SEED_NAME;
  const sow = () => (seed === undefined ? emptySeedResult() : applySeed(seed, registry, shared, randomSeed));

  let seedResult = restored === undefined ? await sow() : restored.seedResult;
  if (restored !== undefined && statePath !== undefined)
    clock.setOffset(await restoreState(statePath, restored, shared.world, shared.search));
  const onError = (error: unknown) =>
    options.onWarning?.(
      `The state could not be saved: ${error instanceof Error ? error.message : "unknown"}`,
    );
  const snapshot = (): Omit<SandboxState, "id"> => ({
    format: 1,
    seedDigest,
    seedResult,
    starts: core.starts,
    clockOffsetMs: clock.offsetMs(),
    searchSecret: core.searchSecret,
    world: worldToJson(shared.world),
    search: shared.search.export(),
  });
  const { world, search } = shared;
  const { searchChanges } = core;
  searchChanges.length = 0;
  const keeper: StateKeeper | undefined =
    statePath === undefined || lock === undefined
      ? undefined
      : await keepState({
          path: statePath,
          lock,
          world,
          search,
          searchChanges,
          clockOffsetMs: clock.offsetMs,
          snapshot,
          onError,
        });
  const begin = () => keeper?.begin() ?? notKept;
  const control = createControl({
    world: shared.world,
    log,
    faults,
    operations: registry.list(),
    clock,
    rules,
    ownIssuer,
    forgetIssuerKeys: () => issuerKeys.clear(),
    seedResult: () => seedResult,
    onChange: () => keeper?.changed(),
    saved: () => begin().saved(),
    async reset() {
      clearWorld(shared.world);
      shared.search.import({ version: 1, indexes: [] });
      log.clear();
      faults.clear();
      rules.reset();
      limiter.clear();
      issuerKeys.clear();
      clock.setOffset(0);
      seedResult = await sow();
      await keeper?.replaced();
    },
  });
  const onRequest = (record: RequestRecord) => {
    if (record.sequence % REQUESTS_BETWEEN_PRUNINGS === 0) pruneWorld(shared.world, clock.now());
    options.onRequest?.(record);
  };
  const host = options.host ?? "127.0.0.1";
  let endpoint = "";
  const gateway = createGateway({
    registry,
    shared,
    faults,
    limiter,
    log,
    signatureClock: () => (rules.get("signature.clock") === "sandbox" ? clock.now() : clock.base()),
    onRequest,
    begin: () => begin().saved,
    onUnsaved: onError,
    wait: (ms) => delay(ms),
    endpoint: () => endpoint,
  });

  const own = async (request: InboundRequest) =>
    (await handleControlRequest(request, control, endpoint)) ??
    handleAuthorize(request, {
      ...shared,
      log,
      onRequest,
      endpoint,
      secret: core.searchSecret,
    }) ??
    (await handleControls(request, {
      control,
      ids: shared.ids,
      machineClock: clock.base,
      secret: core.searchSecret,
      endpoint,
    })) ??
    handlePage(request, { log, world, search, clock, endpoint });
  const handle = async (request: InboundRequest) => {
    const work = begin();
    try {
      const answered = await own(request);
      if (answered !== undefined && request.method !== "GET" && request.method !== "HEAD") await work.saved();
      if (answered !== undefined) return answered;
    } catch (error) {
      if (!(error instanceof UnsavedError)) throw error;
      // Who only asks hears again of a change that failed, and was told then.
      if (request.method !== "GET") onError(error);
      return unsavedAnswer;
    } finally {
      work.end();
    }
    return gateway(request);
  };
  const listener = await listen(options.port ?? DEFAULT_PORT, host, handle).catch(async (error) => {
    await keeper?.close();
    throw error;
  });
  endpoint = `http://${reachableHost(host)}:${listener.port}`;
  const movedClock = restored === undefined ? undefined : tellMovedClock(clock.offsetMs(), clock.now());
  if (movedClock !== undefined) options.onWarning?.(movedClock);
  const stopReading = readDocumentsInTurns(shared.search);
  let isSaved = true;
  return {
    url: endpoint,
    port: listener.port,
    control,
    get isSaved() {
      return isSaved;
    },
    get seedResult() {
      return seedResult;
    },
    async close() {
      stopReading();
      await listener.close();
      isSaved = (await keeper?.close()) ?? true;
      await lock?.release();
    },
  };
}

/** Without a state file nothing is waited for. */
const notKept: KeptWork = { end() {}, saved: () => Promise.resolve() };

/** Everything that lives as long as the sandbox. */
function createCore(options: SandboxOptions, restored: SandboxState | undefined) {
  const clock = movableClock(options.clock ?? systemClock);
  clock.setOffset(restored?.clockOffsetMs ?? 0);
  const rules = createRules({
    ...(options.allowLocalIssuers ? { "issuer.allowLocal": "allow" } : {}),
    ...options.rules,
  });
  const starts = (restored?.starts ?? 0) + 1;
  const ids = createIdSource(
    options.randomSeed === undefined ? undefined : `${options.randomSeed}|${starts}`,
  );
  const searchSecret = restored?.searchSecret ?? ids.token(43);
  const limiter = createRateLimiter(clock.base);
  const world = createWorld();
  const ownIssuer = createOwnIssuer(world, clock.now);
  const fetched = createIssuerKeys(rules, clock.base);
  const issuerKeys: typeof fetched = {
    ...fetched,
    get: (url, options) => (url === OWN_ISSUER_URL ? ownIssuer.documents() : fetched.get(url, options)),
  };
  const searchChanges: SearchChange[] = [];
  const engine = createSearchEngine({
    secret: searchSecret,
    clock: clock.now,
    settings: () => readSearchSettings(rules),
  });
  const shared: SharedContext = {
    world,
    search:
      options.statePath === undefined ? engine : noteChanges(engine, (change) => searchChanges.push(change)),
    ids,
    clock: clock.now,
    rules,
  };
  const registry = assembleRegistry({ issuerKeys, limiter, signer: createIdentityCenterSigner(ids) });
  return {
    clock,
    rules,
    starts,
    searchSecret,
    searchChanges,
    limiter,
    issuerKeys,
    ownIssuer,
    shared,
    registry,
  };
}
