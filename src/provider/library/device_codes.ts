// Owns what the library does not do for device authorization (RFC 8628): slow down who guesses user codes (section 5.1) and who
// asks too often (section 3.5), and take no code of a client for which it has been turned off.
import type Provider from "oidc-provider";
import ProviderClass, { errors, type KoaContextWithOIDC } from "oidc-provider";

/** What the guards decide. */
export interface DeviceCodeGuards {
  /**
   * Counts a user code that was typed, before it is looked for.
   * @returns takes the count back: a code that there is costs nothing
   * @throws what the page tells of who typed too many
   */
  typed(ctx: KoaContextWithOIDC): Promise<() => Promise<void>>;
  /** Tells whether a device asks again sooner than it may. */
  asksTooSoon(deviceCode: string): Promise<boolean>;
  /** The grant that its client must have. */
  grantType: string;
}

interface FoundCode {
  clientId?: string;
  accountId?: string;
  error?: string;
  isExpired: boolean;
}

type Find = (value: string, options?: object) => Promise<FoundCode | undefined>;

const pageRoutes = /^(code_verification|device_resume)$/;

/** Whether the request under way is a person's, who goes on with a device code: they never know the code itself. */
export function servesDevicePages(): boolean {
  return pageRoutes.test(ProviderClass.ctx?.oidc?.route ?? "");
}

/** Guards a Provider's device codes. Call it before the Provider serves anything. */
export function guardDeviceCodes(provider: Provider, guards: DeviceCodeGuards): void {
  const model = provider.DeviceCode as unknown as { find: Find; findByUserCode: Find };
  const { find, findByUserCode } = model;

  model.findByUserCode = async function findTyped(userCode, options) {
    const { ctx } = ProviderClass;
    if (ctx === undefined) throw new Error("a user code is typed in a request");
    const takeBack = await guards.typed(ctx);
    const found = await findByUserCode.call(this, userCode, options);
    if (found === undefined) return undefined;
    await takeBack();
    return (await isTurnedOn(found)) ? found : undefined;
  };

  model.find = async function findPresented(value, options) {
    const found = await find.call(this, value, options);
    if (found === undefined || !(await isTurnedOn(found))) return undefined;
    const { oidc } = ProviderClass.ctx ?? {};
    const isWaiting = !found.accountId && !found.error && !found.isExpired;
    if (oidc?.route !== "token" || found.clientId !== oidc.client?.clientId || !isWaiting) return found;
    if (await guards.asksTooSoon(value)) throw new errors.SlowDown();
    return found;
  };

  async function isTurnedOn({ clientId }: FoundCode): Promise<boolean> {
    if (clientId === undefined) return false;
    const served = ProviderClass.ctx?.oidc?.client;
    const client = served?.clientId === clientId ? served : await provider.Client.find(clientId);
    return client?.grantTypeAllowed(guards.grantType) === true;
  }
}
