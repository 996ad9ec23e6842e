// Owns how often user codes may be typed and devices may ask (RFC 8628 sections 5.1 and 3.5). Counted in the store, so for all
// instances together.
import { createHash } from "node:crypto";
import { errors } from "oidc-provider";
import { grantTypes } from "../../grants_and_scopes.ts";
import { parseClientAddress } from "../../input/client_address.ts";
import type { StoreAndClock } from "../../installation.ts";
import { tellAttack } from "../accounts/attack_watch.ts";
import type { AttemptRate, RatedKey } from "../accounts/attempt_rates.ts";
import { countAttempt, uncountAttempt } from "../accounts/sign_in_attempt_store.ts";
import { pinnedAddressOf } from "../edge/pinned_request.ts";
import type { DeviceCodeGuards } from "../library/device_codes.ts";

/**
 * Wrong user codes from one address (one IPv6 /64), and askings by one device. A code is one of 20^8 and lives ten minutes: of
 * a thousand devices that wait, somebody with a thousand addresses finds one in a thousand hours. Devices ask every five
 * seconds; one second is left to their clocks and the network.
 */
const deviceCodeRates = {
  typed: { burst: 10, intervalMs: 20_000 },
  asked: { burst: 2, intervalMs: 4_000 },
} as const satisfies Record<string, AttemptRate>;

/** That somebody typed too many codes that there are not. */
export class TooManyCodes extends errors.CustomOIDCProviderError {
  readonly retryAfterSeconds: number;

  /** @param retryAfterSeconds until the next may be typed */
  constructor(retryAfterSeconds: number) {
    super("too_many_attempts", "too many codes that there are not");
    this.status = 429;
    this.statusCode = 429;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Makes the guards. */
export function deviceCodeGuards({ db, clock }: StoreAndClock): DeviceCodeGuards {
  const keyOf = (...parts: string[]) =>
    createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  return {
    grantType: grantTypes.deviceCode,
    async typed({ req }) {
      const address = pinnedAddressOf(req);
      const network = parseClientAddress(address)?.network ?? address;
      const key: RatedKey = {
        kind: "device_code",
        keyHash: keyOf("user code", network),
        rate: deviceCodeRates.typed,
      };
      const now = clock();
      const { waitMs } = await countAttempt(db, key, now);
      if (waitMs !== undefined) {
        await tellAttack(db, "device_code", network, now);
        throw new TooManyCodes(Math.ceil(waitMs / 1000));
      }
      return () => uncountAttempt(db, key);
    },
    async asksTooSoon(deviceCode) {
      const key: RatedKey = {
        kind: "device_polling",
        keyHash: keyOf("device code", deviceCode),
        rate: deviceCodeRates.asked,
      };
      return (await countAttempt(db, key, clock())).waitMs !== undefined;
    },
  };
}
