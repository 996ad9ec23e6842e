// tti-sandbox: a local AWS that accepts and refuses what AWS does, for data accessors with a trusted token issuer.
export type { Clock } from "./clock.ts";
export { describeSandbox } from "./command/describe_sandbox.ts";
export { readJsonFile } from "./command/read_json_file.ts";
export { describeState } from "./command/sandbox_command.ts";
export type { SandboxControl } from "./control/control.ts";
export { SandboxSetupError } from "./errors.ts";
export type { Fault, PendingFault } from "./faults.ts";
export type { PolicyDocument, PolicyStatement } from "./policy_document.ts";
export { sandboxRulesPage, sandboxRulesTable } from "./render_rules.ts";
export { formatRequest } from "./request_line.ts";
export type { RequestRecord } from "./request_log.ts";
export { type Certainty, listRules, type Rule, type RuleName, type RuleOverrides } from "./rules.ts";
export {
  SAVE_DELAY_MS as SANDBOX_SAVE_DELAY_MS,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from "./sandbox.ts";
export { type LoadOptions, type LoadReport, pushFolder } from "./search/load/load_folder.ts";
export { applicationRole, exampleSeed } from "./seed/example_seed.ts";
export type {
  SeedResult,
  SeedResultApplication,
  SeedResultConnection,
  SeedResultCredentials,
  SeedResultInstance,
} from "./seed/result.ts";
export {
  isvRole,
  parseSeed,
  type SandboxSeed,
  type SeedAccount,
  type SeedCredentials,
  type SeedDataAccessor,
  type SeedDocument,
  type SeedIdentityCenter,
  type SeedIsv,
  type SeedQApplication,
  type SeedRole,
  type SeedUser,
} from "./seed/schema.ts";
export type { CheckRecord } from "./services.ts";
