// The baseline's process, and what is needed to ask it: a client and refresh tokens.
import { startChild } from "./child.ts";

/** A running baseline. */
export interface BareProvider {
  issuer: string;
  localUrl: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** Everybody's password. */
  password: string;
  /** One for each lane; the library's defaults do not rotate them while they are young. */
  refreshTokens: readonly string[];
  /** Processor time the process has taken so far, microseconds. */
  cpuMicroseconds(): Promise<number>;
  /** Memory the process holds. */
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts bare oidc-provider with its in-memory adapter. */
export async function startBareProvider(lanes: number): Promise<BareProvider> {
  const child = startChild("bare_server.ts");
  const started =
    await child.ask<Omit<BareProvider, "refreshTokens" | "cpuMicroseconds" | "residentBytes" | "stop">>(
      "start",
    );
  const refreshTokens = await child.ask<string[]>("refreshTokens", { count: lanes });
  return {
    ...started,
    refreshTokens,
    cpuMicroseconds: () => child.ask<number>("cpuMicroseconds"),
    residentBytes: () => child.ask<number>("residentBytes"),
    stop: () => child.stop(),
  };
}
