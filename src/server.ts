// Owns the composition: a Config in, listening servers out. The only file that wires deliverables together.
import { setTimeout as sleep } from "node:timers/promises";
import { SearchService } from "./accessors/search_service.ts";
import { createAdminApp } from "./admin/app.ts";
import { createAnswerSeals } from "./admin/repeats/answer_seals.ts";
import { createPublicApp } from "./app.ts";
import { createBlockSeals } from "./audit/chain/hashes.ts";
import { startTrailKeeper } from "./audit/chain/keeper.ts";
import { saveLoginNameKeys } from "./audit/login_name_keys_store.ts";
import { createLoginNames } from "./audit/login_names.ts";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { createConsole } from "./console/console_routes.ts";
import { consoleOrigin } from "./console/edge/origin.ts";
import { connectBeside, connectDatabase, type Database, storeLocationOf } from "./db/connect.ts";
import { createStoreHealth } from "./db/store_health.ts";
import { installationOf } from "./installation.ts";
import { measureInstance } from "./instance_metrics.ts";
import { traceInstance } from "./instance_traces.ts";
import { openLog } from "./log.ts";
import { AccessorTrials } from "./onboarding/doctor/accessor_trial.ts";
import { createExamination } from "./onboarding/doctor/examination.ts";
import { type InstanceLoad, startInstanceLoad } from "./overload/instance_load.ts";
import { passwordsOf } from "./provider/accounts/passwords.ts";
import { buildProvider } from "./provider/assembly/build_provider.ts";
import { createProviderHost } from "./provider/assembly/host.ts";
import { loadSecrets } from "./provider/assembly/installation_secrets.ts";
import { startLogoutOutbox } from "./provider/assembly/logout_outbox.ts";
import { prepareStore, tellOfAwsClient, tellOfOtherConsoles } from "./provider/assembly/start_checks.ts";
import { startSweeper } from "./provider/assembly/sweeper.ts";
import { findBackEndToken } from "./provider/clients/access_tokens.ts";
import { createClientReader } from "./provider/clients/client_reader.ts";
import { createBackgroundWork } from "./provider/edge/background_work.ts";
import { connectionBoundsOf } from "./provider/edge/connection_guard.ts";
import { type Listening, listen } from "./provider/edge/listen.ts";
import { createOutgoingFetch } from "./provider/edge/outgoing_fetch.ts";
import { createFactorSeals } from "./provider/factors/factor_seals.ts";
import { createSearchMinter, type SearchSubject } from "./provider/grants/mint_for_search.ts";
import { createKeyDocuments } from "./provider/keys/key_documents.ts";
import { openKeyRing } from "./provider/keys/key_ring.ts";
import { keyPolicyOf } from "./provider/keys/policy.ts";
import { createKeySealer } from "./provider/keys/seal.ts";
import { openKmsKeys } from "./provider/keys/signer_kms.ts";
import { startSending } from "./provider/links/sending.ts";
import { txtResolver } from "./provider/tenants/domain_proof.ts";
import type { RunningServer, ServerOptions } from "./running_server.ts";
import { assertCanSign, followKeys, readinessOf, trustTime, whyCannotSignNow } from "./serving_checks.ts";

/**
 * Starts the provider. With port 0 a free port is taken, and an issuer on that machine follows it.
 * @throws OperationError if the store is not migrated (production), a key cannot be opened, a port is taken
 */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? openLog({ level: config.logLevel });
  const limitMs = config.shutdownLimitSeconds * 1000;
  const delayMs = Math.min(config.shutdownDelaySeconds * 1000, limitMs / 2);
  const drainMs = options.drainMs ?? (limitMs - delayMs) / 2;
  const { crew } = options;
  const onDuty = crew?.onDuty ?? (() => true);
  const passwords = options.passwords ?? passwordsOf(config, crew?.size);
  const closers: (() => Promise<void>)[] = [];
  const ports: Listening[] = [];
  let closing = false;
  let stopping = false;
  let serves = false;
  let load: InstanceLoad | undefined;
  const close = async ({ alone } = { alone: false }): Promise<number> => {
    if (closing) return 0;
    closing = true;
    // Of one that leaves alone, the others answer whether there is somebody to serve.
    stopping = !alone;
    // Of a start that fails, the line that says why is the one to be found.
    const isStop = serves || options.signal?.aborted === true;
    if (isStop) log.info("provider is stopping: it takes no new requests and lets those under way end");
    if (alone) await Promise.all(ports.map((port) => port.retire(delayMs)));
    else for (const port of ports) port.leave();
    // Readiness says so now; the load balancer sends nobody here once it has noticed. Before it served, nobody was sent.
    if (!alone && serves && delayMs > 0) await sleep(delayMs);
    load?.leave();
    const cutOff = (await Promise.all(ports.map((port) => port.close()))).reduce((sum, one) => sum + one, 0);
    if (cutOff > 0) log.error({ requests: cutOff }, "requests did not end in time and were cut off");
    while (closers.length > 0) await closers.pop()?.();
    if (isStop) log.info("provider has stopped");
    return cutOff;
  };
  try {
    const secrets = loadSecrets(config);
    const db = connectDatabase(storeLocationOf(config), options.storeLimits);
    closers.push(() => db.destroy());
    const tracing = await traceInstance(config, { db, log, version: options.version });
    closers.unshift(async () => tracing?.close());
    const watch = connectBeside(storeLocationOf(config), options.storeLimits);
    closers.push(() => watch.destroy());
    if (config.mode === "production" && config.databaseUrl === undefined) {
      log.warn(
        { dataDir: config.dataDir },
        "DATABASE_URL is not set: everything is kept in the embedded store on this machine's disk, which one instance serves",
      );
    }
    await prepareStore(db, config.mode);
    // In development it is registered once the provider serves.
    if (config.mode === "production") {
      await tellOfAwsClient(db, config.clientId, log);
      const mine = { adminUrl: config.adminUrl, size: crew?.size ?? 1, nowMs: clock().getTime() };
      await tellOfOtherConsoles(db, { ...mine, policy: options.keyPolicy ?? keyPolicyOf(config) }, log);
    }
    options.signal?.throwIfAborted();
    const steps = options.clockSteps ?? options.clock === undefined;
    const time = trustTime({ watch, clock, log, steps });
    closers.push(async () => time.stop());
    const { mayRemove } = time;
    const sweeper = startSweeper({ db, clock, log, mayRemove, onDuty });
    closers.push(() => sweeper.stop());
    const { auditRetentionDays } = config;
    const keeper = startTrailKeeper({
      db,
      clock,
      log,
      secrets,
      retentionDays: auditRetentionDays,
      mayRemove,
      onDuty,
    });
    closers.push(() => keeper.stop());
    const kms = config.kmsKeyId === undefined ? undefined : await openKmsKeys({ keyId: config.kmsKeyId, db });
    if (kms !== undefined) closers.push(async () => kms.close());
    const keyRing = await openKeyRing({
      db: watch,
      clock,
      log,
      secrets,
      policy: options.keyPolicy ?? keyPolicyOf(config),
      time,
      ...(kms === undefined ? {} : { kms }),
    });
    closers.push(() => keyRing.stop());

    options.signal?.throwIfAborted();
    const listening = await listen(config.host, config.port, drainMs, connectionBoundsOf(config));
    ports.push(listening);
    const admin = await listen(config.adminHost, config.adminPort, drainMs);
    ports.push(admin);
    const adminUrl = consoleOrigin(config, admin.port);
    const issuer = config.issuer.replace(/:0$/, `:${listening.port}`);
    const clients = createClientReader(db);
    const background = createBackgroundWork();
    closers.push(() => background.ended());
    const installation = installationOf(config, { issuer, adminUrl, secrets, db, clock, log });
    const fetch = createOutgoingFetch(config.allowNetworks);
    const services = { clients, fetch, logoutPut: () => logouts.nudge() };
    const host = createProviderHost(() =>
      buildProvider(installation, services, { keys: keyRing.current().providerJwks }),
    );
    const logouts = startLogoutOutbox({ ...installation, onDuty, current: () => host.current() });
    closers.push(() => logouts.stop());
    keyRing.onChange(() => host.replace());
    keyRing.start();
    const mintForSearch = createSearchMinter(installation);
    const awsAccess = options.awsAccess ?? (() => ({ roleArn: config.roleArn }));
    const atAws = {
      ...installation,
      jwksUri: `${listening.url}/jwks`,
      mint: async (subject: SearchSubject) => {
        await assertCanSign(keyRing, time);
        return mintForSearch(host.current(), subject);
      },
      awsAccess,
    };
    const search = new SearchService(atAws);
    closers.push(async () => search.close());
    const sending = await startSending(installation, {
      onDuty,
      given: options.mail,
      policy: options.mailPolicy,
    });
    closers.push(() => sending.stop());
    const { sendsMail, mailPut } = sending;
    const loginNames = createLoginNames(secrets);
    await saveLoginNameKeys(db, loginNames.keyIds, clock().getTime());
    const apiDeps = {
      ownRegistration: () => ({
        displayName: config.publicName,
        ownIssuer: issuer,
        clientId: config.clientId,
        roleArn: awsAccess().roleArn,
        local: config.mode === "development",
      }),
      version: options.version,
      policy: options.keyPolicy ?? keyPolicyOf(config),
      sealer: createKeySealer(secrets),
      factorSeals: createFactorSeals(secrets),
      kms,
      db,
      clock,
      log,
      issuer,
      accessLog: config.accessLog,
      requireVerifiedDomain: config.requireVerifiedDomain,
      warnsBy: { requireVerifiedDomain: config.requireVerifiedDomain, allowNetworks: config.allowNetworks },
      loginNames,
      blockSeals: createBlockSeals(secrets),
      answerSeals: createAnswerSeals(secrets),
      auditRetentionDays,
      followKeys: () => followKeys(keyRing, log),
      ...{ passwords, sendsMail, mailPut },
      resolveTxt: options.resolveTxt ?? txtResolver(config.dnsServers),
      search,
      trials: new AccessorTrials(atAws),
      examination: createExamination({ db, clock, config, issuer, awsAccess }),
      findBackEndToken: (token: string, at: Database = db) => findBackEndToken(at, token, clock().getTime()),
    };
    const health = createStoreHealth({ db, watch, clock, log });
    const unfollow = health.follow();
    closers.push(async () => unfollow());
    const readiness = readinessOf(health, keyRing, time, () => stopping);
    load = startInstanceLoad({
      ...{ log, passwords, tokenRate: config.tokenRate },
      admissionLimits: options.admissionLimits,
      loop: options.loop,
    });
    closers.push(load.close);
    const { policy } = keyRing;
    const { queues } = load;
    const measured = {
      db,
      watch,
      clock,
      log,
      policy,
      readiness,
      queues,
      ports: { public: listening, admin },
      ...{ storeClock: time.clock, crew },
    };
    const metrics = await measureInstance(config.metricsKeys, measured);
    closers.push(async () => metrics?.close());
    const app = createPublicApp({
      ...installation,
      ...{ host, passwords, background, sendsMail, mailPut },
      loginNames,
      documents: createKeyDocuments({ ring: keyRing, currentProvider: () => host.current() }),
      whyCannotSign: () => whyCannotSignNow(keyRing, time),
      ...{ readiness, tracing, admission: load.admission },
      onAnswer: metrics?.onAnswer,
      clockWarning: () => time.clock.warning(),
      whyTimeIsDoubted: () => time.whyDoubted(),
      backEnds: apiDeps,
    });
    listening.serve(app);
    const { mode, tenantClaim, publicName, supportUrl, requireVerifiedDomain, consoleFactor } = config;
    const store = config.databaseUrl === undefined ? "sqlite" : "postgresql";
    const facts = { version: options.version, issuer, awsClientId: config.clientId, tenantClaim };
    const pages = createConsole({
      ...apiDeps,
      ...{ adminUrl, publicName, supportUrl, consoleFactor },
      installation: {
        ...facts,
        ...{ mode, store, requireVerifiedDomain },
        jwks: async () => ({ keys: keyRing.current().publicJwks }),
      },
    });
    const measures = { metrics: metrics?.face, onAnswer: metrics?.onAnswer, tracing };
    admin.serve(createAdminApp({ ...apiDeps, ...measures, pages }).callback());
    const addresses = { issuer, url: listening.url, port: listening.port, adminUrl: admin.url };
    log.info({ version: options.version, mode, store, tenantClaim, ...addresses }, "provider is serving");
    serves = true;
    const reached = { localUrl: listening.url, adminUrl: admin.url, consoleUrl: adminUrl };
    const measure = async () => metrics?.measure();
    return { issuer, ...reached, db, keyRing, measure, close };
  } catch (error) {
    await close();
    throw error;
  }
}
