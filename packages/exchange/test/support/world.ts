// A stub AWS, an issuer and an exchange client over both, cleaned up when the test ends.

import type { TestContext } from "node:test";
import {
  DataAccessor,
  ExchangeClient,
  type ExchangeClientOptions,
  type ExchangeEvent,
  type SearchConnection,
} from "../../src/index.ts";
import { acme, baseCredentials } from "./connections.ts";
import { type StubAws, type StubAwsOptions, startStubAws } from "./stub_aws.ts";
import { startTestIssuer, type TestIssuer } from "./token_issuer.ts";

export interface World {
  readonly aws: StubAws;
  readonly issuer: TestIssuer;
  readonly client: ExchangeClient;
  readonly events: ExchangeEvent[];
  accessor(connection?: SearchConnection): DataAccessor;
  /** Another client on the same AWS and issuer, as a second process would be. */
  anotherClient(options?: ExchangeClientOptions): ExchangeClient;
}

export async function startWorld(
  t: TestContext,
  options: ExchangeClientOptions = {},
  awsOptions: StubAwsOptions = {},
): Promise<World> {
  const aws = await startStubAws(awsOptions);
  t.after(() => aws.close());
  const issuer = await startTestIssuer(options.clock);
  t.after(() => issuer.close());
  const events: ExchangeEvent[] = [];
  const clients: ExchangeClient[] = [];
  const anotherClient = (more: ExchangeClientOptions = {}) => {
    const client = new ExchangeClient({
      trustedTokenIssuer: issuer.trustedTokenIssuer,
      idTokenSource: issuer.source,
      baseCredentials,
      awsClientOptions: aws.clientOptions,
      onEvent: (event) => events.push(event),
      // No test is to end because the machine is busy; one about limits sets its own.
      deadlineSeconds: 600,
      attemptTimeoutSeconds: 300,
      ...options,
      ...more,
    });
    clients.push(client);
    return client;
  };
  const client = anotherClient();
  t.after(() => {
    for (const each of clients) each.destroy();
  });
  return {
    aws,
    issuer,
    client,
    events,
    anotherClient,
    accessor: (connection = acme) => new DataAccessor({ connection, client }),
  };
}

/** The whole of an iterator. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
