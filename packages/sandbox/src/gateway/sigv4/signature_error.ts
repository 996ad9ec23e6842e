// A refused signature as each service would say it (contract 6.2, 6.3; common errors).
import { AwsError } from "../../ground/errors.ts";
import { getModel, type ServiceName } from "../../models/index.ts";
import type { SignatureFault } from "./verify.ts";

type Wording = { query: string; json: string; message: string; status: number };

const INVALID_TOKEN = {
  query: "InvalidClientTokenId",
  json: "UnrecognizedClientException",
  message: "The security token included in the request is invalid.",
  status: 403,
};
const MISMATCH = {
  query: "SignatureDoesNotMatch",
  json: "InvalidSignatureException",
  message:
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  status: 403,
};
const INCOMPLETE = {
  query: "IncompleteSignature",
  json: "IncompleteSignatureException",
  message: "The request signature does not conform to AWS standards.",
  status: 400,
};

const WORDINGS: Record<SignatureFault | "missing", Wording> = {
  missing: {
    query: "MissingAuthenticationToken",
    json: "MissingAuthenticationTokenException",
    message: "Request is missing Authentication Token",
    status: 403,
  },
  incomplete: INCOMPLETE,
  unsignedHeader: INCOMPLETE,
  unknownKey: INVALID_TOKEN,
  sessionToken: INVALID_TOKEN,
  // Published reports: the code of a wrong signature, with a message that names both times.
  requestExpired: { ...MISMATCH, message: "Signature expired" },
  sessionExpired: {
    query: "ExpiredToken",
    json: "ExpiredTokenException",
    message: "The security token included in the request is expired",
    status: 403,
  },
  payload: MISMATCH,
  mismatch: MISMATCH,
};

/** S3 has codes of its own (S3 API reference, "Error responses"). */
const S3_CODES: Record<SignatureFault | "missing", readonly [code: string, status: number]> = {
  missing: ["AccessDenied", 403],
  incomplete: ["AuthorizationHeaderMalformed", 400],
  unsignedHeader: ["AccessDenied", 403],
  unknownKey: ["InvalidAccessKeyId", 403],
  sessionToken: ["InvalidToken", 400],
  requestExpired: ["RequestTimeTooSkewed", 403],
  sessionExpired: ["ExpiredToken", 400],
  payload: ["XAmzContentSHA256Mismatch", 400],
  mismatch: ["SignatureDoesNotMatch", 403],
};

/** What the page of common errors prints for a request signed too long ago or too far ahead (STS-ERR). */
const REQUEST_EXPIRED: Wording = {
  query: "RequestExpired",
  json: "RequestExpired",
  message: "Request has expired",
  status: 400,
};

/**
 * @param skewError the switch signature.skewError
 * @returns the error the service would answer to a request whose signature has this fault
 */
export function signatureError(
  service: ServiceName,
  fault: SignatureFault | "missing",
  told: { why: string; fix: string; message?: string },
  skewError: string = "SignatureDoesNotMatch",
): AwsError {
  const isDocumented = fault === "requestExpired" && skewError === "RequestExpired";
  const wording = isDocumented ? REQUEST_EXPIRED : WORDINGS[fault];
  const { protocol } = getModel(service);
  const [code, status] =
    protocol === "rest-xml"
      ? S3_CODES[fault]
      : [protocol === "query" ? wording.query : wording.json, wording.status];
  return new AwsError({
    code,
    status,
    message: told.message ?? wording.message,
    rule: fault === "requestExpired" ? "signature.skewError" : `signature.${fault}`,
    why: told.why,
    fix: told.fix,
  });
}
