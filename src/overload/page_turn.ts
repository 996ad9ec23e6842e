// Owns whose turn it is among people's requests that wait: three turns of four go to sign-ins that have begun, so that what was
// done for them is not lost to those who come new. (Within that, turns go round the networks.)

const begunTurns = 3;
// What a sign-in goes on at, with its id (provider/interactions, oidc-provider's resume).
const goesOn = /^\/(?:interaction|auth|device)\/([^/?]+)/;

/** The turn a request comes in: `new`, or one of three of those that have begun. */
export function turnOf(path: string): string {
  const id = goesOn.exec(path)?.[1];
  return id === undefined ? "new" : `begun ${id.charCodeAt(id.length - 1) % begunTurns}`;
}
