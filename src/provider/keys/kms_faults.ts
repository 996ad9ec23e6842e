// Owns telling apart how a call of AWS KMS fails: its kind, what is said of it, and what an operator can do.
import type { KmsFaultKind } from "../../observability/fault_kinds.ts";

type Known = readonly [kind: KmsFaultKind, fix?: string];

const access: Known = [
  "denied",
  "Allow kms:Sign and kms:GetPublicKey on the key, in its key policy or by IAM.",
];
const credentials: Known = [
  "denied",
  "Give this instance credentials that AWS takes, and set its clock by NTP.",
];
const throttled: Known = [
  "throttled",
  "Ask AWS for a higher request quota of KMS (cryptographic operations, RSA), or sign with keys kept in the store.",
];
const silent: Known = ["silent"];
const unreachable: Known = ["unreachable"];

// By the SDK's name of the error, or the system's code.
const known: Readonly<Record<string, Known>> = {
  NotFoundException: ["key_gone", "Check TTI_KMS_KEY_ID, and that AWS_REGION is the key's region."],
  AccessDeniedException: access,
  DisabledException: [
    "key_gone",
    "Enable the key in KMS, or rotate to another with `tti key rotate --emergency`.",
  ],
  KMSInvalidStateException: [
    "key_gone",
    "Cancel the key's deletion in KMS, or rotate to another with `tti key rotate --emergency`.",
  ],
  InvalidKeyUsageException: ["key_gone", "Name a key made with key spec RSA_2048 and key usage SIGN_VERIFY."],
  UnrecognizedClientException: credentials,
  ExpiredTokenException: credentials,
  InvalidSignatureException: credentials,
  CredentialsProviderError: credentials,
  ThrottlingException: throttled,
  LimitExceededException: throttled,
  TooManyRequestsException: throttled,
  TimeoutError: silent,
  AbortError: silent,
  DependencyTimeoutException: silent,
  ETIMEDOUT: silent,
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  EPIPE: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
};

/**
 * Judges a call that failed.
 * @param callMs how long a call may take, for the words
 */
export function kmsFaultOf(
  cause: unknown,
  callMs: number,
): { kind: KmsFaultKind; what: string; fix: string } {
  const { name = "unknown error", message = String(cause), code } = cause as Partial<NodeJS.ErrnoException>;
  const [kind, fix] = known[name] ?? known[code ?? ""] ?? (["other"] as const);
  const what = kind === "silent" ? `${name}: no answer within ${callMs / 1000} s` : `${name}: ${message}`;
  return {
    kind,
    what,
    fix: fix ?? "Check the network path to KMS, AWS_REGION and the credentials; signing resumes by itself.",
  };
}
