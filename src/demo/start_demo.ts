// Owns starting and stopping the sample ISV application that `tti dev` runs.
import { createServer, type Server } from "node:http";
import type { AwsCredentialIdentity } from "@aws-sdk/types";
import type { SearchConnection } from "tti-exchange";
import { type Clock, systemClock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { DemoUser } from "../views/demo_pages.ts";
import { createDemoApp } from "./demo_routes.ts";
import type { Mailbox } from "./mailbox.ts";
import { mailboxPath } from "./mailbox_routes.ts";
import { RelyingParty } from "./relying_party.ts";
import type { Tale } from "./tale.ts";

/** How the demo is set up. */
export interface DemoOptions {
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Address to listen on; default 127.0.0.1. */
  host?: string | undefined;
  /** The application's address for browsers; default `http://localhost:<port>`. */
  publicUrl?: string | undefined;
  issuer: string;
  /** The client id registered with AWS: the demo signs in with the client whose tokens are exchanged. */
  clientId: string;
  clientSecret?: string | undefined;
  /** Default `tenant_id`. */
  tenantClaim?: string | undefined;
  exchange: {
    /** What a tenant has handed over; undefined: nothing, or it has left. Asked at each search. */
    connectionOf(tenantId: string): Promise<SearchConnection | undefined>;
    /** The sandbox; absent: AWS itself. */
    awsEndpointUrl?: string | undefined;
    /** The ISV's own credentials; absent: the AWS SDK's default chain. */
    baseCredentials?: AwsCredentialIdentity | undefined;
  };
  /** Shown as people to try. */
  users?: readonly DemoUser[] | undefined;
  /** Tenant id → name. */
  tenantNames?: Readonly<Record<string, string>> | undefined;
  /** Queries worth trying. */
  suggestions?: readonly string[] | undefined;
  links?: readonly { label: string; url: string }[] | undefined;
  /** The story of a new customer that its pages tell. */
  tale?: Tale | undefined;
  /** The provider's mail, for its page; absent: there is no such page. */
  mailbox?: Mailbox | undefined;
  log: Log;
  clock?: Clock | undefined;
}

/** A running demo. */
export interface RunningDemo {
  /** Where to point a browser, without a trailing slash. */
  url: string;
  close(): Promise<void>;
}

/**
 * The addresses the demo's client must be registered with.
 * @param publicUrl the demo's address without a trailing slash
 */
export function demoClientAddresses(publicUrl: string): {
  redirectUris: [string];
  postLogoutRedirectUris: [string];
} {
  return { redirectUris: [`${publicUrl}/callback`], postLogoutRedirectUris: [`${publicUrl}/signed-out`] };
}

/**
 * Starts the demo. It looks for the provider at the first sign-in, not before.
 * @param options see {@link DemoOptions}
 * @throws Error (`EADDRINUSE` …) if the port cannot be opened
 */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const server = createServer();
  await listen(server, options.port, options.host ?? "127.0.0.1");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  const url = (options.publicUrl ?? `http://localhost:${port}`).replace(/\/$/, "");
  const { redirectUris, postLogoutRedirectUris } = demoClientAddresses(url);
  const { issuer, clientId, clientSecret, exchange, log } = options;
  const { koa, end } = createDemoApp({
    publicUrl: url,
    party: new RelyingParty({
      issuer,
      clientId,
      clientSecret,
      callbackUrl: redirectUris[0],
      postLogoutUrl: postLogoutRedirectUris[0],
    }),
    settings: { issuer, clientId, tenantClaim: options.tenantClaim ?? "tenant_id", ...exchange },
    content: {
      users: options.users ?? [],
      tenantNames: options.tenantNames ?? {},
      suggestions: options.suggestions ?? [],
      links: [
        ...(options.mailbox === undefined ? [] : [{ label: "Mailbox", url: mailboxPath }]),
        ...(options.links ?? []),
      ],
    },
    tale: options.tale,
    mailbox: options.mailbox,
    log,
    clock: options.clock ?? systemClock,
  });
  const handle = koa.callback();
  server.on("request", (request, response) => void handle(request, response));
  return {
    url,
    close: async () => {
      end();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
