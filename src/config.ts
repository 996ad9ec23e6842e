// Owns the settings: every environment variable the product reads, read once, into one frozen Config, or
// one ConfigError that names every fault with its fix. The only file that looks at process.env.
import { readFileSync } from "node:fs";
import { OperationError } from "./errors.ts";
import { closestName } from "./input/closest_name.ts";
import { isLoopbackHost, uriOf } from "./input/web_address.ts";
import type { Mode, Setting } from "./settings/setting.ts";
import { settings } from "./settings.ts";

/**
 * Everything the environment decides, frozen; made only by {@link readConfig}. Its members are the entries of the
 * table in settings.ts, which says what each is for and of which type.
 */
export type Config = { readonly mode: Mode } & Settings;

type Settings = {
  readonly [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]["parse"]>;
};

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

// Beside the table.
const otherKnownNames = new Set(["TTI_MODE"]);

/**
 * Reads the settings from an environment.
 *
 * The mode is production when NODE_ENV says so, when TTI_ISSUER is set to anything but this machine's own address in clear
 * text, which production refuses and `tti dev` serves, or when the caller insists (`tti serve`); TTI_MODE=development
 * overrides the first two, never the caller.
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
  const read = <Value>(spec: Setting<Value>): Value => {
    const raw = rawValue(environment, spec, faults);
    if (raw === undefined || raw === "") {
      if (spec.requiredWith !== undefined && isGiven(environment, spec.requiredWith)) {
        faults.push({
          setting: spec.name,
          problem: `it is required with ${spec.requiredWith}`,
          fix: `Set it, or leave ${spec.requiredWith} away.`,
        });
      }
      if (mode === "production" && spec.requiredInProduction !== undefined) {
        faults.push({
          setting: spec.name,
          problem: "it is required in production",
          fix: `${spec.requiredInProduction}.`,
        });
      }
      return spec.fallback(mode);
    }
    try {
      return spec.parse(raw, mode);
    } catch (error) {
      faults.push({ setting: spec.name, ...splitProblem(error) });
      return spec.fallback(mode);
    }
  };
  const names = Object.keys(settings) as (keyof typeof settings)[];
  // Whatever the table holds is in Config, and nothing else is: the type follows from the table as the value does.
  const values = Object.fromEntries(names.map((name) => [name, read<unknown>(settings[name])])) as Settings;
  faults.push(...misspeltNames(environment));
  if (faults.length > 0) throw new ConfigError(faults);
  const issuer = values.issuer === "" ? `http://localhost:${values.port}` : values.issuer;
  return Object.freeze({ ...values, mode, issuer });
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
  const issuer = environment["TTI_ISSUER"]?.trim() ?? "";
  const looksLikeProduction =
    environment["NODE_ENV"] === "production" || (issuer !== "" && !isOwnIssuer(issuer));
  return looksLikeProduction ? "production" : "development";
}

// What `tti dev` takes is taken by the commands beside it.
function isOwnIssuer(issuer: string): boolean {
  const url = uriOf(issuer);
  return url?.protocol === "http:" && isLoopbackHost(url.hostname);
}

/**
 * What was given, for whoever has to give it once more: names and values of settings.
 * @param mode added where it was not given, as the commands beside `tti dev` need it
 * @returns in the order of the table; a secret's value is undefined
 */
export function givenSettings(
  mode: Mode,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string | undefined>> {
  const given: Record<string, string | undefined> = {};
  if (readMode(environment, []) !== mode) given["TTI_MODE"] = mode;
  for (const { name, fromFile } of Object.values<Setting<never>>(settings as never)) {
    const file = fromFile === true ? environment[`${name}_FILE`]?.trim() : undefined;
    const value = environment[name]?.trim();
    // Where traces go is this process's alone, and headers that go with them hold keys.
    if (name.startsWith("OTEL_")) continue;
    if (value !== undefined && value !== "") given[name] = fromFile === true ? undefined : value;
    else if (file !== undefined && file !== "") given[`${name}_FILE`] = file;
  }
  return given;
}

const isGiven = (environment: Readonly<Record<string, string | undefined>>, name: string): boolean =>
  [name, `${name}_FILE`].some((one) => (environment[one]?.trim() ?? "") !== "");

// The value itself, or what stands in the file that NAME_FILE names.
function rawValue(
  environment: Readonly<Record<string, string | undefined>>,
  { name, fromFile }: Pick<Setting<unknown>, "name" | "fromFile">,
  faults: ConfigFault[],
): string | undefined {
  const value = environment[name]?.trim();
  const path = fromFile === true ? environment[`${name}_FILE`]?.trim() : undefined;
  if (path === undefined || path === "") return value;
  const setting = `${name}_FILE`;
  if (value !== undefined && value !== "") {
    faults.push({ setting, problem: `${name} is set too`, fix: "Leave one of them away." });
    return value;
  }
  try {
    const text = readFileSync(path, "utf8").trim();
    if (text === "")
      faults.push({ setting, problem: "its file is empty", fix: `Write the value of ${name} into it.` });
    return text;
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    faults.push({
      setting,
      problem: `its file cannot be read (${code})`,
      fix: "Name a file this user may read.",
    });
    return undefined;
  }
}

// Parsers throw "what is wrong|what to do", so that each stays one expression.
function splitProblem(error: unknown): { problem: string; fix: string } {
  const [problem = "it cannot be read", fix = "See docs/configuration.md"] = (error as Error).message.split(
    "|",
  );
  return { problem, fix: `${fix}.` };
}

function misspeltNames(environment: Readonly<Record<string, string | undefined>>): ConfigFault[] {
  const known = Object.values<Setting<never>>(settings as never).flatMap(({ name, fromFile }) =>
    fromFile === true ? [name, `${name}_FILE`] : [name],
  );
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
