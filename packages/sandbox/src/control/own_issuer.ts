// The sandbox's own issuer: signs whatever ID token a test asks for, so that a test in any language needs neither an OpenID
// Provider nor a line of cryptography. A seed trusts it by its URL, which is a name and no address: nobody fetches it.
import { exportJWK, generateKeyPair, type CryptoKey as JoseKey, type JWK, SignJWT } from "jose";
import type { Clock } from "../ground/clock.ts";
import { SandboxSetupError } from "../ground/errors.ts";
import { OWN_ISSUER_URL } from "../issuer/own_issuer_url.ts";
import type { World } from "../state/index.ts";

const KID = "tti-sandbox";
const LIFETIME_SECONDS = 300;

/** What a token is asked to say. */
export type IdTokenRequest = {
  /** Whose token; the claim a trusted token issuer maps by default. */
  email?: string;
  /** Claims beside or instead of the usual ones; `null` leaves one out. */
  claims?: Readonly<Record<string, unknown>>;
};

/** A token and what it says. */
export type IssuedIdToken = { idToken: string; claims: Record<string, unknown> };

/** Issues tokens, and tells whoever checks them what it would publish. */
export type OwnIssuer = {
  /** @throws SandboxSetupError `SANDBOX_AUDIENCE_UNKNOWN` when the seed registers no client id and the request names no `aud` */
  issue(request: IdTokenRequest): Promise<IssuedIdToken>;
  /** What fetching its discovery document and JWKS would bring. */
  documents(): Promise<{ ok: true; issuer: string; jwksUri: string; keys: JWK[]; fetchedAtMs: number }>;
};

/**
 * @param world its first registered ISV has the client id that is the audience
 * @param clock the sandbox's time: tokens are of it
 */
export function createOwnIssuer(world: World, clock: Clock): OwnIssuer {
  // An RSA key takes long to make, and most sandboxes sign nothing.
  let made: Promise<{ privateKey: JoseKey; publicKey: JoseKey }> | undefined;
  const keys = () => {
    made ??= generateKeyPair("RS256", { modulusLength: 2048 });
    return made;
  };
  return {
    async issue({ email, claims = {} }) {
      const issuedAt = Math.floor(clock().getTime() / 1000);
      const usual = {
        iss: OWN_ISSUER_URL,
        sub: email ?? "test-user",
        ...(Object.hasOwn(claims, "aud") ? {} : { aud: audienceOf(world) }),
        iat: issuedAt,
        exp: issuedAt + LIFETIME_SECONDS,
        jti: crypto.randomUUID(),
        ...(email === undefined ? {} : { email, email_verified: true }),
      };
      const said = Object.fromEntries(
        Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== null),
      );
      const { privateKey } = await keys();
      const idToken = await new SignJWT(said)
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: KID })
        .sign(privateKey);
      return { idToken, claims: said };
    },
    async documents() {
      const { publicKey } = await keys();
      const key = { ...(await exportJWK(publicKey)), kid: KID, alg: "RS256", use: "sig" };
      return {
        ok: true,
        issuer: OWN_ISSUER_URL,
        jwksUri: `${OWN_ISSUER_URL}/jwks`,
        keys: [key],
        fetchedAtMs: clock().getTime(),
      };
    },
  };
}

function audienceOf(world: World): string {
  for (const { clientId } of world.registeredIsvs.values()) if (clientId !== null) return clientId;
  throw new SandboxSetupError(
    "SANDBOX_AUDIENCE_UNKNOWN",
    'No ISV of the seed has a clientId, so the token has no audience. Name one: {"claims": {"aud": "…"}}.',
  );
}
