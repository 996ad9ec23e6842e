// Owns a running provider with its admin port, and back ends that call it, for the tests of the admin API.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsAccess } from "../../src/accessors/search_service.ts";
import { createClient } from "../../src/admin/operations/clients.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { startServer } from "../../src/server.ts";
import { punctual } from "../support/punctual.ts";
import { compareRefusals } from "../support/refusals.ts";

/** An answer of the admin API. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** A running provider for one test file. */
export interface AdminWorld {
  server: RunningServer;
  context: OperationContext;
  /** Registers a back end and gets it an access token. */
  accessToken(client: BackEndClient, scope: string): Promise<string>;
  /** Calls the admin API. */
  call(method: string, path: string, token?: string, body?: unknown): Promise<ApiAnswer>;
  /** Calls the same address on the public port. */
  callPublic(method: string, path: string, token?: string, body?: unknown): Promise<ApiAnswer>;
  close(): Promise<void>;
}

/** A back end to register. */
export interface BackEndClient {
  clientId: string;
  purposes: ("admin" | "search" | "mint" | "handoff")[];
  allowedTenants?: string[];
}

const secret = "a secret of the tests that is long enough";

/** Starts the provider with an empty store. */
export async function startAdminWorld(awsAccess?: () => AwsAccess): Promise<AdminWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), "tti-admin-"));
  const config = readConfig({
    TTI_MODE: "development",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
  });
  const server = await startServer(config, {
    log: silentLog,
    drainMs: 0,
    loop: punctual,
    ...(awsAccess === undefined ? {} : { awsAccess }),
  });
  // Its store has one connection, which the server may be using for a transaction: reads wait for it.
  const endComparing = compareRefusals([server.issuer, server.adminUrl], server.db);
  const context = {
    db: server.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  return {
    server,
    context,
    async accessToken(client, scope) {
      await createClient(context, { ...client, secret });
      const response = await fetch(`${server.issuer}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${client.clientId}:${secret.replaceAll(" ", "+")}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials", scope }),
      });
      const answer = (await response.json()) as { access_token?: string };
      if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
      return answer.access_token;
    },
    call: (...request) => callAt(server.adminUrl, ...request),
    callPublic: (...request) => callAt(server.issuer, ...request),
    async close() {
      endComparing();
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function callAt(
  origin: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
