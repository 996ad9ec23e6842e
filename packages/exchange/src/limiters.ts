// Which limiter an exchange goes through. JWT exchanges are counted per Identity Center instance, refreshes per
// application (Identity Center quotas page).

import { type Connection, identityCenterInstanceId } from "./connection.ts";
import { InstanceLimiter, type LimiterOptions } from "./instance_limiter.ts";

const refreshesPerSecond = 80;

export class Limiters {
  readonly #options: LimiterOptions;
  readonly #limiters = new Map<string, InstanceLimiter>();

  constructor(options: LimiterOptions = {}) {
    this.#options = options;
  }

  get(connection: Connection, isRefresh: boolean): InstanceLimiter {
    const { idcApplicationArn } = connection;
    const key = isRefresh ? idcApplicationArn : identityCenterInstanceId(idcApplicationArn);
    const known = this.#limiters.get(key);
    if (known !== undefined) return known;
    const limiter = new InstanceLimiter(
      isRefresh ? { ...this.#options, exchangesPerSecond: refreshesPerSecond } : this.#options,
    );
    this.#limiters.set(key, limiter);
    return limiter;
  }

  destroy(): void {
    for (const limiter of this.#limiters.values()) limiter.destroy();
  }
}
