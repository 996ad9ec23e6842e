// tti-sandbox: a local AWS that accepts and refuses what AWS does, for data accessors with a trusted token issuer.

export { describeSandbox } from "./command/describe_sandbox.ts";
export { readJsonFile } from "./command/read_json_file.ts";
export { formatRequest } from "./command/request_line.ts";
export { readRulesFile } from "./command/rules_file.ts";
export { describeState } from "./command/sandbox_command.ts";
export type { SandboxControl } from "./control/control.ts";
export type { IdTokenRequest, IssuedIdToken } from "./control/own_issuer.ts";
export type { Fault, PendingFault } from "./gateway/faults.ts";
export type { Clock } from "./ground/clock.ts";
export { SandboxSetupError } from "./ground/errors.ts";
export { OWN_ISSUER_URL } from "./issuer/own_issuer_url.ts";
export { simulatedServicesText } from "./models/simulated_services.ts";
export type { CheckRecord } from "./operation/operation.ts";
export type { RequestRecord } from "./operation/request_log.ts";
export type { PolicyDocument, PolicyStatement } from "./policy/policy_document.ts";
export { sandboxRulesPage, sandboxRulesTable } from "./rules/render_rules.ts";
export { type Certainty, listRules, type Rule, type RuleName, type RuleOverrides } from "./rules/rules.ts";
export { type LoadOptions, type LoadReport, type PushTarget, pushFolder } from "./search/load/load_folder.ts";
export { applicationRole, exampleSeed } from "./seed/example_seed.ts";
export { isvRole } from "./seed/isv_role.ts";
export { parseSeed } from "./seed/parse_seed.ts";
export type {
  SandboxSeed,
  SeedAccount,
  SeedCredentials,
  SeedDataAccessor,
  SeedDocument,
  SeedIdentityCenter,
  SeedIsv,
  SeedQApplication,
  SeedRole,
  SeedUser,
} from "./seed/schema.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./start/sandbox.ts";
export type {
  SeedResult,
  SeedResultApplication,
  SeedResultConnection,
  SeedResultCredentials,
  SeedResultInstance,
} from "./state/seed_result.ts";
