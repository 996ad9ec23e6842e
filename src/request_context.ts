// Owns what is known of the HTTP request under way, for whoever records something deep below the edge: the log
// puts the id into each line, the audit trail keeps id and address, queues know whose turn it is and whether anybody still
// waits for the answer. Nothing is allowed by it.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerResponse } from "node:http";

/** The request under way. */
export interface RequestContext {
  /** The id its answer carries as X-Request-Id. */
  readonly requestId: string;
  /** The client's address, as the edge settled it; undefined where the socket had none left. */
  readonly address: string | undefined;
  /** Aborted once nobody waits for the answer. */
  readonly gone?: () => AbortSignal;
  /**
   * Gives the request's place to others while it waits for something that costs this process nothing.
   * @returns takes it back; undefined: it holds none
   */
  stepAside?: () => (() => void) | undefined;
  /** Called with a body once it is here, before anything is done with it; it may refuse, and may wait for a place. */
  bodyIsHere?: (body: Buffer) => Promise<void>;
  /** Whether it was turned away for lack of room: such are told of together, not in a line each. */
  turnedAway?: boolean;
  /** Whether it is a program's, at the token endpoint and its like: what it may is read anew each time it is asked. */
  bringsClient?: boolean;
  /** The pattern of the route that serves it, once one does. */
  route?: string;
  /** The client that asks, once it is authenticated or, in a browser's request, named. */
  clientId?: string;
  /** The API credential by which it is asked. */
  credentialId?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/**
 * Tells when whoever waits for an answer has gone, or has it.
 * @returns makes the signal when it is first asked for: most requests need none
 */
export function goneOf(response: ServerResponse): () => AbortSignal {
  let signal: AbortSignal | undefined;
  return () => {
    if (signal !== undefined) return signal;
    const controller = new AbortController();
    // With a reason: for one that is not given an error is made, with the way to here in it.
    if (response.destroyed || response.writableFinished) controller.abort("gone");
    else response.once("close", () => controller.abort("gone"));
    signal = controller.signal;
    return signal;
  };
}

/** Runs what serves a request; everything it awaits, batches and timers it starts included, sees the context. */
export function runInRequest<Result>(context: RequestContext, run: () => Result): Result {
  return storage.run(context, run);
}

/** The request under way; undefined in the command line, at start and in what runs by the clock. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}

/** Notes what has become known of the request under way; members that are not given stay as they are. */
export function describeRequest(
  known: Partial<Record<"route" | "clientId" | "credentialId", string | undefined>>,
): void {
  const request = storage.getStore();
  if (request === undefined) return;
  if (known.route !== undefined) request.route = known.route;
  if (known.clientId !== undefined) request.clientId = known.clientId;
  if (known.credentialId !== undefined) request.credentialId = known.credentialId;
}
