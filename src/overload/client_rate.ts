// Owns how often one client may ask for tokens, where an operator has set a rate: counted in memory, by instance and network, so
// that nobody uses up another's by its name. (Without one, turns go round: what there is is shared, and nobody is refused for
// asking while there is room.)
import { OperationError } from "../errors.ts";

// Who has not asked for a while is forgotten; this many at once no instance serves.
const mostKept = 10_000;

/** Counts by leaky bucket, kept as the moment until which past requests are paid off (GCRA). */
export class ClientRate {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  readonly #untilMs = new Map<string, number>();

  /**
   * @param perSecond how many a client may send a second, and how many at once
   * @param nowMs a time that passes evenly
   */
  constructor(perSecond: number, nowMs: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
  }

  /**
   * Counts a request.
   * @param share network and client
   * @throws OperationError too_many_requests
   */
  count(share: readonly string[]): void {
    const key = JSON.stringify(share);
    const nowMs = this.#nowMs();
    const intervalMs = 1000 / this.#perSecond;
    const untilMs = Math.max(this.#untilMs.get(key) ?? 0, nowMs);
    const waitMs = untilMs - nowMs - intervalMs * (this.#perSecond - 1);
    // A hair: sums of thirds and sevenths are no whole numbers.
    if (waitMs > 1e-6) {
      throw new OperationError("too_many_requests", "The client asks for tokens more often than it may.", {
        retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
      });
    }
    this.#untilMs.delete(key);
    if (this.#untilMs.size >= mostKept) this.#forget(nowMs);
    this.#untilMs.set(key, untilMs + intervalMs);
  }

  // Those that are paid off, or else the one that asked longest ago.
  #forget(nowMs: number): void {
    for (const [key, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(key);
    const [first] = this.#untilMs.keys();
    if (this.#untilMs.size >= mostKept && first !== undefined) this.#untilMs.delete(first);
  }
}
