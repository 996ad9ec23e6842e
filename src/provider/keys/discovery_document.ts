// Owns reading the discovery document out of a Provider without a server: one request made in memory, with the
// issuer's own host, so that every URL in it is the issuer's.
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type Provider from "oidc-provider";
import { OperationError } from "../../errors.ts";

/** Path of the discovery document below the issuer (OpenID Connect Discovery 1.0, section 4). */
export const discoveryPath = "/.well-known/openid-configuration";

/**
 * Renders a Provider's discovery document.
 * @throws OperationError `unavailable` when the Provider answers anything but 200
 */
export async function renderDiscovery(provider: Provider): Promise<Buffer> {
  const issuer = new URL(provider.issuer);
  const request = new IncomingMessage(new Socket());
  request.method = "GET";
  request.url = discoveryPath;
  request.headers = {
    host: issuer.host,
    accept: "application/json",
    // Read where the provider trusts its edge to have written them (`provider.proxy`).
    "x-forwarded-host": issuer.host,
    "x-forwarded-proto": issuer.protocol.replace(":", ""),
  };
  const response = new ServerResponse(request);
  const body = new Promise<Buffer>((resolve, reject) => {
    response.end = (chunk?: unknown) => {
      if (response.statusCode === 200 && (typeof chunk === "string" || Buffer.isBuffer(chunk))) {
        resolve(Buffer.from(chunk));
      } else {
        reject(
          new OperationError("unavailable", `The discovery document was answered ${response.statusCode}.`),
        );
      }
      return response;
    };
  });
  await provider.callback()(request, response);
  return body;
}
