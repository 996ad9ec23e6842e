// The one seam through which an ISV decides how requests to AWS travel: proxy, agents, sockets, timeouts, or a handler
// of its own. All three services go through it.

import type { STSClient, STSClientConfig } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@aws-sdk/types";

/** A handler of the AWS SDK (`new NodeHttpHandler(...)`, `new FetchHttpHandler(...)`, one's own), or its options. */
export type RequestHandler = NonNullable<STSClientConfig["requestHandler"]>;

/** Signs nothing: for a client that only holds a handler; should it ever be used, AWS refuses. */
export const unusableCredentials: AwsCredentialIdentity = {
  accessKeyId: "unused",
  secretAccessKey: "unused",
};

/**
 * The handler that all AWS clients share, made of what was given.
 *
 * @param given a handler, which stays its owner's to close; or options, of which the SDK makes one
 * @param limits what holds where the options say nothing
 */
export async function sharedHandler(
  given: RequestHandler,
  limits: Readonly<Record<string, unknown>>,
): Promise<RequestHandler> {
  if (isHandler(given)) return withoutDestroy(given);
  const { STSClient } = await import("@aws-sdk/client-sts");
  const options = { ...limits, ...given };
  const owner = new STSClient({
    region: "us-east-1",
    credentials: unusableCredentials,
    requestHandler: options,
  });
  return owner.config.requestHandler;
}

type Handler = STSClient["config"]["requestHandler"];

function isHandler(given: RequestHandler): given is RequestHandler & Handler {
  return "handle" in given && typeof given.handle === "function";
}

/** A client that is closed closes its handler, and this one may serve others: the same one, but nothing closes it. */
function withoutDestroy(given: RequestHandler & Handler): RequestHandler {
  return new Proxy(given, {
    get(handler, name) {
      if (name === "destroy") return () => undefined;
      const member: unknown = Reflect.get(handler, name, handler);
      return typeof member === "function" ? member.bind(handler) : member;
    },
  });
}
