// A change that could not be written down: one error for whoever waits for it, and one answer to the call that made it.
import type { OutboundResponse } from "../gateway/http/listener.ts";
import { stateUnwritable } from "../state/state_faults.ts";

/** What was changed in memory is not on disk; it is tried again with the next change. `message` says why and what to do. */
export class UnsavedError extends Error {
  override readonly name = "UnsavedError";
  readonly code = "SANDBOX_STATE_UNSAVED";
}

/**
 * @param path of the state file
 * @param work writes it
 * @throws UnsavedError with what the file system, or the lock, has against it
 */
export async function orUnsaved(path: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    throw new UnsavedError(stateUnwritable(path, cause).message, { cause });
  }
}

/** To a control call or a form whose change could not be written down. */
export const unsavedAnswer: OutboundResponse = {
  status: 500,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify({
    error: {
      code: "SANDBOX_STATE_UNSAVED",
      message: "The change could not be written to the state file; the sandbox's own output says why.",
    },
  }),
};
