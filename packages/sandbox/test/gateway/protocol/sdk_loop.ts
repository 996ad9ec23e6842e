// An AWS SDK request handler that skips the network: what the SDK would send is parsed by the sandbox's protocol
// layer, and what the sandbox would answer is handed back to the SDK.
import { Readable } from "node:stream";
import {
  type ParsedRequest,
  parseRequest,
  serializeError,
  serializeResponse,
} from "../../../src/gateway/protocol/index.ts";
import { AwsError } from "../../../src/ground/errors.ts";
import type { ServiceName } from "../../../src/models/index.ts";
import { validateInput } from "../../../src/models/validate.ts";

type SdkRequest = {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
};

/** What `answer` gets and gives: a parsed request, an output or an error to throw. */
export type Answer = (request: ParsedRequest) => Record<string, unknown> | AwsError;

/** Settings every client of these tests takes. */
export function clientOptions(service: ServiceName, answer: Answer) {
  return {
    region: "us-east-1",
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: unknown) => ({ response: respond(service, request as SdkRequest, answer) }),
    },
  };
}

function respond(service: ServiceName, request: SdkRequest, answer: Answer) {
  const { status, headers, body } = reply(service, request, answer);
  return { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) };
}

function reply(service: ServiceName, request: SdkRequest, answer: Answer) {
  try {
    const query = new URLSearchParams();
    for (const [name, values] of Object.entries(request.query ?? {})) {
      for (const value of [values].flat()) query.append(name, value ?? "");
    }
    const body =
      typeof request.body === "string"
        ? Buffer.from(request.body)
        : Buffer.concat([request.body ?? new Uint8Array()]);
    const parsed = parseRequest({ ...request, query, body }, service);
    validateInput(service, parsed.operation, parsed.input);
    const output = answer(parsed);
    if (output instanceof AwsError) throw output;
    return serializeResponse(service, parsed.operation, output, "req-1");
  } catch (error) {
    if (error instanceof AwsError) return serializeError(service, error, "req-1");
    throw error;
  }
}
