// Who signed a request: the signature against the world's access keys, and the principal its key belongs to.
import type { Clock } from "../ground/clock.ts";
import { findCaller } from "../operation/caller.ts";
import type { Caller, SharedContext } from "../operation/operation.ts";
import type { InboundRequest } from "./http/listener.ts";
import type { SigV4Authorization } from "./sigv4/authorization_header.ts";
import { type SignatureFault, verifySignature } from "./sigv4/verify.ts";

/** What telling the signer takes. */
export type SignerLookup = {
  shared: SharedContext;
  /** Clock that signatures are compared with. */
  signatureClock: Clock;
};

/** Who signed, or what is wrong with the signature in words AWS would not give. */
export type Signer =
  | { caller: Caller }
  | { caller: undefined; fault: SignatureFault; why: string; fix: string; message?: string };

/** @returns the caller a signature proves, or its fault */
export function findSigner(
  request: InboundRequest,
  authorization: SigV4Authorization,
  { shared, signatureClock }: SignerLookup,
): Signer {
  const verdict = verifySignature(request, authorization, {
    findKey: (accessKeyId) => shared.world.accessKeys.get(accessKeyId),
    now: signatureClock(),
    sessionNow: shared.clock(),
  });
  if (!verdict.valid) return { ...verdict, caller: undefined };
  const caller = findCaller(shared.world, verdict.key);
  if (caller !== undefined) return { caller };
  return {
    caller,
    fault: "unknownKey",
    why: "the user or role the access key belongs to no longer exists",
    fix: "Create it again, or sign with other credentials.",
  };
}
