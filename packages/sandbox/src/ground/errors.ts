// The one error every sandbox operation throws: what AWS would put on the wire, plus what AWS would not say
// (why, by which rule, and how to fix it). The second half goes to the log and the control API, never on the wire.

/** A JSON value as it stands on the wire. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** What AWS would not say of a refusal; every refusal says it, in these three words. */
export type Told = {
  /** Name of the acceptance rule that refused, e.g. `token.audience`. */
  rule: string;
  /** Why, in plain words AWS would not give. Must not contain secrets or whole tokens. */
  why: string;
  /** What to change so that the call passes. */
  fix: string;
};

/** What an {@link AwsError} carries. */
export type AwsErrorOptions = Told & {
  /** Error code as AWS spells it on the wire, e.g. `InvalidGrantException` or `AccessDenied`. */
  code: string;
  /** HTTP status. */
  status: number;
  /** The message AWS would send. Absent for sso-oauth, whose errors carry `error`/`error_description` members. */
  message?: string;
  /** Further modelled members of the error body, e.g. `{ error: "invalid_grant", error_description: "…" }`. */
  members?: Record<string, Json>;
};

/** A refusal (or failure) in AWS's shape. Anything else that is thrown becomes an InternalFailure. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly status: number;
  readonly members: Record<string, Json>;
  readonly rule: string;
  /** Without the full stop, as checks have it. */
  readonly why: string;
  readonly fix: string;

  constructor({ code, status, message = "", members = {}, rule, why, fix }: AwsErrorOptions) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
    this.rule = rule;
    this.why = why.replace(/\.$/, "");
    this.fix = fix;
  }
}

/** A fault in how the sandbox itself was set up (options, seed, state file, control call), not an AWS answer. */
export class SandboxSetupError extends Error {
  override readonly name = "SandboxSetupError";
  /** Stable code, e.g. `SANDBOX_SEED_INVALID`. */
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
