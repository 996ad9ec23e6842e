// Owns the settings: every environment variable the product reads, read once, into one frozen Config, or
// one ConfigError that names every fault with its fix. The only file that looks at process.env.
import { OperationError } from "./errors.ts";
import type { LogLevel } from "./log.ts";
import { closestName } from "./setting_values.ts";
import { type Setting, settings } from "./settings.ts";

/** Whether the product runs for customers, or on a developer's own machine. */
export type Mode = "production" | "development";

/** Everything the environment decides. Frozen; made only by {@link readConfig}. */
export interface Config {
  readonly mode: Mode;
  /** `iss` of every token and the base of every URL; no trailing slash. */
  readonly issuer: string;
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** PostgreSQL; undefined means the embedded store in {@link Config.dataDir}. */
  readonly databaseUrl: string | undefined;
  readonly databasePoolSize: number;
  readonly preparedStatements: boolean;
  readonly dataDir: string;
  /** 32-byte keys. The first seals, every one opens. Empty only in development. */
  readonly secrets: readonly Uint8Array[];
  /** Client id registered with AWS: the audience of the ID tokens exchanged there. */
  readonly clientId: string;
  readonly tenantClaim: string;
  readonly idTokenTtlSeconds: number;
  /** The ISV role registered with AWS. */
  readonly roleArn: string | undefined;
  /** The ISV's own login page; set, it turns handoff on. */
  readonly loginUrl: string | undefined;
  /** The ISV's own logout page, where a logout continues. */
  readonly logoutUrl: string | undefined;
  /** How many proxies in front append to X-Forwarded-For. */
  readonly trustedProxies: number;
  /** CIDR ranges outgoing requests may reach although they are private. */
  readonly allowNetworks: readonly string[];
  readonly requireVerifiedDomain: boolean;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string | undefined;
  readonly kmsKeyId: string | undefined;
  /** How long a signing key is published before it may sign. */
  readonly keyPublishLeadSeconds: number;
  /** How long a signing key signs. */
  readonly keySigningPeriodSeconds: number;
  readonly logLevel: LogLevel;
  /** Endpoint of every AWS call, as the AWS SDK reads it; set for the local sandbox. */
  readonly awsEndpointUrl: string | undefined;
  readonly awsRegion: string | undefined;
}

/** One setting that cannot be used as it is. */
export interface ConfigFault {
  setting: string;
  problem: string;
  fix: string;
}

/** All faults of the environment at once, so that one restart repairs them all. */
export class ConfigError extends OperationError {
  override readonly name = "ConfigError";
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map((fault) => `  ${fault.setting}: ${fault.problem}. ${fault.fix}`);
    super("invalid_config", ["The settings cannot be used:", ...lines].join("\n"));
    this.faults = faults;
  }
}

const otherKnownNames = new Set(["TTI_MODE"]);

/**
 * Reads the settings from an environment.
 *
 * The mode is production when NODE_ENV says so, when TTI_ISSUER is set, or when the caller insists
 * (`tti serve`); TTI_MODE=development overrides the first two, never the caller.
 *
 * @param environment variable names and values (the process's own by default)
 * @param insist a mode the caller requires
 * @throws {ConfigError} naming every fault: malformed values, missing ones, misspelt TTI_ names
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  insist?: Mode,
): Config {
  const faults: ConfigFault[] = [];
  const mode = insist ?? readMode(environment, faults);
  const values: Record<string, unknown> = { mode };
  for (const [key, spec] of Object.entries(settings) as [string, Setting<unknown>][]) {
    const raw = environment[spec.name]?.trim();
    if (raw === undefined || raw === "") {
      if (mode === "production" && spec.requiredInProduction !== undefined) {
        faults.push({
          setting: spec.name,
          problem: "it is required in production",
          fix: `${spec.requiredInProduction}.`,
        });
      }
      values[key] = spec.fallback(mode);
      continue;
    }
    try {
      values[key] = spec.parse(raw, mode);
    } catch (error) {
      faults.push({ setting: spec.name, ...splitProblem(error) });
    }
  }
  faults.push(...misspeltNames(environment));
  if (faults.length > 0) throw new ConfigError(faults);
  if (values["issuer"] === "") values["issuer"] = `http://localhost:${values["port"]}`;
  return Object.freeze(values) as unknown as Config;
}

function readMode(environment: Readonly<Record<string, string | undefined>>, faults: ConfigFault[]): Mode {
  const asked = environment["TTI_MODE"]?.trim();
  if (asked === "production" || asked === "development") return asked;
  if (asked !== undefined && asked !== "") {
    faults.push({
      setting: "TTI_MODE",
      problem: `"${asked}" is no mode`,
      fix: "Use production or development.",
    });
  }
  const looksLikeProduction =
    environment["NODE_ENV"] === "production" || Boolean(environment["TTI_ISSUER"]?.trim());
  return looksLikeProduction ? "production" : "development";
}

// Parsers throw "what is wrong|what to do", so that each stays one expression.
function splitProblem(error: unknown): { problem: string; fix: string } {
  const [problem = "it cannot be read", fix = "See docs/configuration.md"] = (error as Error).message.split(
    "|",
  );
  return { problem, fix: `${fix}.` };
}

function misspeltNames(environment: Readonly<Record<string, string | undefined>>): ConfigFault[] {
  const known = Object.values(settings).map((spec) => spec.name);
  return Object.keys(environment)
    .filter((name) => name.startsWith("TTI_") && !known.includes(name) && !otherKnownNames.has(name))
    .map((name) => {
      const meant = closestName(name, known);
      return {
        setting: name,
        problem: "there is no such setting",
        fix:
          meant === undefined ? "Remove it; docs/configuration.md lists them all." : `Did you mean ${meant}?`,
      };
    });
}
