// Owns in whose share a person's request counts while it waits: three turns of four go to sign-ins that have begun, so that what
// was done for them is not lost to those who come new; within that, turns go round the networks.
import type { SharePath } from "./share_tree.ts";
import { networkOf } from "./token_share.ts";

const begunTurns = 3;
// What a sign-in goes on at, with its id (provider/interactions, oidc-provider's resume).
const goesOn = /^\/(?:interaction|auth|device)\/([^/]+)/;

/** The share: begun or new, network. */
export function pageShareOf(path: string, address: string): SharePath {
  const id = goesOn.exec(path)?.[1];
  const turn = id === undefined ? "new" : `begun ${id.charCodeAt(id.length - 1) % begunTurns}`;
  return [turn, networkOf(address)];
}
