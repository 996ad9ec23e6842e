// Owns how whoever serves requests sees the Provider: as the one that serves now (assembly/host.ts).
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";

/** Serves the current Provider. */
export interface ProviderHost {
  /** The Provider for a request that begins now. Ask for each request; never keep it. */
  current(): Provider;
  /** Lets the current Provider answer a request. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Builds the next Provider and serves it from now on. If building fails, the old one keeps serving. */
  replace(): void;
}
