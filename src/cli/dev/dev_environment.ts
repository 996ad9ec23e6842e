// Owns starting everything of `tti dev` in one process, in the order of who needs whom, and stopping it again.
import { join } from "node:path";
import type { SearchConnection } from "tti-exchange";
import { type Sandbox, type SeedResultConnection, startSandbox } from "tti-sandbox";
import { listAccessors } from "../../accessors/accessor_store.ts";
import { connectionOf } from "../../accessors/connection.ts";
import type { AwsAccess } from "../../accessors/search_service.ts";
import { showUser } from "../../admin/operations/users.ts";
import { systemClock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Database } from "../../db/connect.ts";
import { createMailbox, type Mailbox } from "../../demo/mailbox.ts";
import { mailboxPath } from "../../demo/mailbox_routes.ts";
import { type RunningDemo, startDemo } from "../../demo/start_demo.ts";
import type { Tale } from "../../demo/tale.ts";
import { taleUrls } from "../../demo/tale_steps.ts";
import { type Log, openLog } from "../../log.ts";
import { findTenant } from "../../provider/tenants/tenant_store.ts";
import type { RunningServer } from "../../running_server.ts";
import { startServer } from "../../server.ts";
import { operationContext } from "../administration.ts";
import { endpointsAt } from "../back_end.ts";
import { demoPeople, demoSuggestions, demoTenants, isvRoleArn } from "./demo_content.ts";
import { type DevState, loadDevState, saveDevState } from "./dev_state.ts";
import { newcomer } from "./newcomer.ts";
import { describeDemoAws } from "./sandbox_seed.ts";
import { commandsBack, type ProviderSeed, seedProvider } from "./seed_provider.ts";
import { createTale } from "./tale.ts";

/** How to start. */
export interface DevOptions {
  config: Config;
  /** 0 takes a free port. */
  sandboxPort: number;
  demoPort: number;
  /** What a command in another terminal begins with. */
  tti?: string;
  /** Hears of each part as it stands. */
  onStep(name: string): void;
}

/** Everything running. */
export interface DevEnvironment {
  state: DevState;
  issuer: string;
  adminUrl: string;
  sandboxUrl: string;
  demoUrl: string;
  /** Where the story of a new customer is told. */
  onboardingUrl: string;
  /** Where the provider's mail is read; absent: a mail server takes it. */
  mailboxUrl?: string;
  /** One for each tenant, as the exchange takes it. */
  connections: Readonly<Record<string, SearchConnection>>;
  /** Why the demo's content could not be brought into the store; absent if it was. */
  seedFault?: unknown;
  /** The account id of a demo user. */
  subjectOf(email: string): Promise<string>;
  /** Seeds the store once more; answers how much that changed. */
  seedAgain(): Promise<number>;
  /** The `tti` commands that give the demo's tenants back what they were made with; none where they have it. */
  commandsBack(): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Starts provider, local AWS and demo application, and seeds them.
 * @throws whatever kept a part from starting, after stopping what had started
 */
export async function startDevEnvironment(options: DevOptions): Promise<DevEnvironment> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    while (closers.length > 0) await closers.pop()?.();
  };
  try {
    return await startParts(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  options: DevOptions,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<DevEnvironment> {
  const { config, onStep } = options;
  const log = openLog({ level: config.logLevel });
  // The provider starts first, because the local AWS trusts its issuer; so it learns of it later.
  let awsAccess: AwsAccess = { roleArn: isvRoleArn };
  // A mail server of one's own takes the mail, where the settings name one.
  const mailbox = config.smtp === undefined ? createMailbox(systemClock) : undefined;
  const mail = mailbox === undefined ? {} : { mail: mailbox };
  const server = await startServer(config, { log, awsAccess: () => awsAccess, ...mail });
  closers.push(async () => void (await server.close()));
  onStep(`The provider serves ${server.issuer}`);

  const loaded = await loadDevState(config.dataDir);
  const sandbox = await startLocalAws(options, log, server, loaded);
  closers.push(() => sandbox.close());
  awsAccess = {
    roleArn: isvRoleArn,
    baseCredentials: loaded.baseCredentials,
    awsClientOptions: endpointsAt(sandbox.url),
  };
  onStep(`The local AWS serves ${sandbox.url}`);
  const state = { ...loaded, addresses: { issuer: server.issuer, sandboxUrl: sandbox.url } };
  saveDevState(config.dataDir, state);

  const handedOver = sandbox.seedResult.connections;
  const context = operationContext(server.db, config);
  const ownRegistration = () => ({
    displayName: config.publicName,
    ownIssuer: server.issuer,
    clientId: config.clientId,
    roleArn: isvRoleArn,
    local: true,
  });
  const tale = createTale({
    context: { ...context, ownRegistration },
    sandbox,
    password: state.demoPassword,
    tti: options.tti,
  });
  const demo = await startSampleApplication(options, log, { server, sandbox, state, tale, mailbox });
  closers.push(() => demo.close());
  const seed: ProviderSeed = {
    state,
    clientId: config.clientId,
    demoUrl: demo.url,
    connections: handedOver,
  };
  // A tenant or user that was taken away since cannot be seeded again; the rest serves.
  const seedFault = await seedProvider(context, seed).then(
    () => undefined,
    (error: unknown) => error,
  );
  onStep(`The sample application serves ${demo.url}`);
  return {
    state,
    issuer: server.issuer,
    adminUrl: server.adminUrl,
    sandboxUrl: sandbox.url,
    demoUrl: demo.url,
    onboardingUrl: demo.url + taleUrls.page,
    ...(mailbox === undefined ? {} : { mailboxUrl: demo.url + mailboxPath }),
    connections: connectionsOf(handedOver),
    ...(seedFault === undefined ? {} : { seedFault }),
    subjectOf: async (email) => (await showUser(context, { user: email })).id,
    seedAgain: () => seedProvider(context, seed),
    commandsBack: () => commandsBack(context),
    close,
  };
}

function startLocalAws(
  options: DevOptions,
  log: Log,
  server: RunningServer,
  state: DevState,
): Promise<Sandbox> {
  return startSandbox({
    port: options.sandboxPort,
    seed: describeDemoAws(server.issuer, options.config.clientId, state.baseCredentials),
    statePath: join(options.config.dataDir, "sandbox-state.json"),
    clock: systemClock,
    // The issuer of the demo is this machine's own, in clear text.
    allowLocalIssuers: true,
    onWarning: (message) => log.warn({ part: "sandbox" }, message),
  });
}

function startSampleApplication(
  options: DevOptions,
  log: Log,
  parts: {
    server: RunningServer;
    sandbox: Sandbox;
    state: DevState;
    tale: Tale;
    mailbox: Mailbox | undefined;
  },
): Promise<RunningDemo> {
  const { server, sandbox, state, tale, mailbox } = parts;
  const tenantNames = Object.fromEntries([...demoTenants, newcomer].map(({ id, name }) => [id, name]));
  return startDemo({
    port: options.demoPort,
    issuer: server.issuer,
    clientId: options.config.clientId,
    clientSecret: state.demoClientSecret,
    tenantClaim: options.config.tenantClaim,
    exchange: {
      connectionOf: (tenantId) => connectionNow(server.db, tenantId),
      awsEndpointUrl: sandbox.url,
      baseCredentials: state.baseCredentials,
    },
    users: demoPeople.map((person) => ({
      name: person.name,
      email: person.email,
      password: state.demoPassword,
      tenant: person.memberships.map(({ tenantId }) => tenantNames[tenantId] ?? tenantId).join(" and "),
      sees: person.sees,
    })),
    tenantNames,
    suggestions: demoSuggestions,
    links: [
      { label: "Discovery document", url: `${server.issuer}/.well-known/openid-configuration` },
      { label: "Local AWS: what was asked, what was checked", url: sandbox.url },
    ],
    tale,
    mailbox,
    log,
  });
}

// What the store says now, as any application of the vendor would ask: a customer comes, and leaves, while it runs.
async function connectionNow(db: Database, tenantId: string): Promise<SearchConnection | undefined> {
  const tenant = await findTenant(db, tenantId);
  if (tenant?.disabledAtMs !== null) return undefined;
  const accessor = (await listAccessors(db, { tenantId })).find(({ name }) => name === "default");
  return accessor && connectionOf(accessor, isvRoleArn);
}

function connectionsOf(
  handedOver: Readonly<Record<string, SeedResultConnection>>,
): Record<string, SearchConnection> {
  return Object.fromEntries(
    Object.entries(handedOver).map(([tenantId, connection]) => [
      tenantId,
      {
        tenantId,
        roleArn: connection.principal,
        idcApplicationArn: connection.idcApplicationArn,
        idcRegion: connection.idcRegion,
        applicationId: connection.applicationId,
        retrieverId: connection.retrieverId,
        qRegion: connection.applicationRegion,
      },
    ]),
  );
}
