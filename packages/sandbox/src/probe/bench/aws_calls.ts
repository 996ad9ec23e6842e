// How the probes call AWS: one function for every operation of six services, by AWS's own SDK, which is loaded here on use.
import { SandboxSetupError } from "../../ground/errors.ts";
import { loadOptional } from "../../ground/optional_package.ts";

/** Services that probes call. */
export type AwsService = "sts" | "iam" | "sso-admin" | "sso-oidc" | "identitystore" | "qbusiness";

/** Credentials other than the profile's: those of a role that a probe assumed. */
export type SessionKeys = { accessKeyId: string; secretAccessKey: string; sessionToken: string };

/** What AWS did: an answer or a refusal. */
export type Answer = {
  ok: boolean;
  status: number;
  /** Error code as the SDK names it; null when it was answered. */
  code: string | null;
  /** Message, or OAuth description; null when it was answered. */
  message: string | null;
  requestId: string | null;
  /** Members of the output; empty when refused. */
  output: Record<string, unknown>;
};

/** How one call differs from the usual. */
export type CallOptions = {
  region?: string;
  keys?: SessionKeys;
  /** How far the signature's time lies off, in milliseconds. */
  signedOffMs?: number;
};

/** Calls of one account and region. */
export type AwsCalls = {
  region: string;
  /** @throws SandboxSetupError `PROBE_UNREACHABLE` when nobody answered, `PROBE_CREDENTIALS` without credentials */
  call(
    service: AwsService,
    operation: string,
    input: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<Answer>;
  close(): void;
};

/** Where calls go and who signs. */
export type AwsCallSettings = {
  region: string;
  /** Name of a profile; absent: the SDK's own order. */
  profile?: string;
  /** In place of AWS, e.g. a sandbox. */
  endpointUrl?: string;
  /** In place of the profile's. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** How far the clock of signatures is moved, in milliseconds; absent: the machine's clock, corrected by the SDK. */
  clockOffsetMs?: () => number;
};

const CLIENTS = {
  sts: { name: "STSClient", load: () => import("@aws-sdk/client-sts") },
  iam: { name: "IAMClient", load: () => import("@aws-sdk/client-iam") },
  "sso-admin": { name: "SSOAdminClient", load: () => import("@aws-sdk/client-sso-admin") },
  "sso-oidc": { name: "SSOOIDCClient", load: () => import("@aws-sdk/client-sso-oidc") },
  identitystore: { name: "IdentitystoreClient", load: () => import("@aws-sdk/client-identitystore") },
  qbusiness: { name: "QBusinessClient", load: () => import("@aws-sdk/client-qbusiness") },
} as const;

type SdkClient = {
  config: { systemClockOffset: number };
  send(command: unknown): Promise<Record<string, unknown> & { $metadata: Metadata }>;
  destroy(): void;
};
type Metadata = { httpStatusCode?: number; requestId?: string };
type SdkModule = Record<string, new (input: unknown) => unknown>;

/** @returns calls that keep their clients until `close` */
export function createAwsCalls(settings: AwsCallSettings): AwsCalls {
  const clients = new Map<string, SdkClient>();
  const modules = new Map<AwsService, SdkModule>();
  async function moduleOf(service: AwsService): Promise<SdkModule> {
    const known = modules.get(service);
    if (known !== undefined) return known;
    const { load } = CLIENTS[service];
    const loaded = await loadOptional(`@aws-sdk/client-${service}`, "Probing AWS", load);
    const found = loaded as unknown as SdkModule;
    modules.set(service, found);
    return found;
  }
  async function clientOf(service: AwsService, { region, keys, signedOffMs }: CallOptions) {
    const key = [service, region ?? "", keys?.accessKeyId ?? "", signedOffMs ?? ""].join("|");
    const known = clients.get(key);
    if (known !== undefined) return known;
    const Client = (await moduleOf(service))[CLIENTS[service].name] as new (config: unknown) => SdkClient;
    const credentials = keys ?? settings.credentials;
    const made = new Client({
      region: region ?? settings.region,
      maxAttempts: 1,
      ...(settings.profile === undefined ? {} : { profile: settings.profile }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(settings.endpointUrl === undefined ? {} : { endpoint: settings.endpointUrl }),
    });
    clients.set(key, made);
    return made;
  }
  return {
    region: settings.region,
    async call(service, operation, input, options = {}) {
      const Command = (await moduleOf(service))[`${operation}Command`];
      if (Command === undefined) throw new Error(`The SDK's ${service} has no ${operation}.`);
      const client = await clientOf(service, options);
      const offset = (settings.clockOffsetMs?.() ?? 0) + (options.signedOffMs ?? 0);
      if (offset !== 0 || settings.clockOffsetMs !== undefined) client.config.systemClockOffset = offset;
      try {
        const { $metadata, ...output } = await client.send(new Command(input));
        const { httpStatusCode = 200, requestId = null } = $metadata;
        return { ok: true, status: httpStatusCode, code: null, message: null, requestId, output };
      } catch (error) {
        return refusalOf(error, `${service} ${operation}`, settings);
      }
    },
    close() {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

function refusalOf(error: unknown, what: string, { endpointUrl, profile }: AwsCallSettings): Answer {
  const thrown = error as Error & { $metadata?: Metadata; error_description?: string };
  const status = thrown.$metadata?.httpStatusCode;
  if (status === undefined) {
    if (!(error instanceof Error)) throw error;
    const isCredentials = /credential|token|sso/i.test(error.name);
    const why = error.message.replace(/\.?\s*$/, "");
    const signIn =
      profile === undefined
        ? "Name a profile with --profile, or sign in to it."
        : `Sign in to the profile ${profile}.`;
    const keys =
      "Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of acme-admin, which the sandbox printed.";
    throw new SandboxSetupError(
      isCredentials ? "PROBE_CREDENTIALS" : "PROBE_UNREACHABLE",
      isCredentials
        ? `There are no credentials for ${what}: ${why}. ${endpointUrl === undefined ? signIn : keys}`
        : `${what} got no answer: ${why}. ${endpointUrl === undefined ? "Check --region and the network." : `Check --endpoint-url ${endpointUrl}: does a sandbox listen there?`}`,
      { cause: error },
    );
  }
  return {
    ok: false,
    status,
    code: thrown.name,
    message: thrown.error_description ?? thrown.message,
    requestId: thrown.$metadata?.requestId ?? null,
    output: {},
  };
}
