// Owns how often one client may ask for tokens, where an operator has set a rate: counted in memory, by instance and network, so
// that nobody uses up another's by its name. (Without one, turns go round: what there is is shared, and nobody is refused for
// asking while there is room.)
import { OperationError } from "../errors.ts";

// More networks at once no instance serves.
const mostNetworks = 5_000;
/** How many clients of one network are counted apart; any further ones are one, for names are made up at no cost. */
export const mostOfNetwork = 100;
// No client is named so: ids are words.
const theOthers = "\0";

/** Counts by leaky bucket, kept as the moment until which past requests are paid off (GCRA). */
export class ClientRate {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  /** By network, the one that asked longest ago first; in it by client. */
  readonly #networks = new Map<string, Map<string, number>>();

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
   * @param client as it is named; nothing is proven
   * @throws OperationError too_many_requests
   */
  count(network: string, client: string): void {
    const nowMs = this.#nowMs();
    const clients = this.#clientsOf(network);
    const name = clients.has(client) || this.#hasRoom(clients, nowMs) ? client : theOthers;
    const intervalMs = 1000 / this.#perSecond;
    const untilMs = Math.max(clients.get(name) ?? 0, nowMs);
    const waitMs = untilMs - nowMs - intervalMs * (this.#perSecond - 1);
    // A hair: sums of thirds and sevenths are no whole numbers.
    if (waitMs > 1e-6) {
      throw new OperationError("too_many_requests", "The client asks for tokens more often than it may.", {
        retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
      });
    }
    clients.set(name, untilMs + intervalMs);
  }

  #clientsOf(network: string): Map<string, number> {
    const clients = this.#networks.get(network) ?? new Map<string, number>();
    this.#networks.delete(network);
    const [oldest] = this.#networks.keys();
    if (this.#networks.size >= mostNetworks && oldest !== undefined) this.#networks.delete(oldest);
    this.#networks.set(network, clients);
    return clients;
  }

  // Who is paid off makes place.
  #hasRoom(clients: Map<string, number>, nowMs: number): boolean {
    if (clients.size < mostOfNetwork) return true;
    for (const [client, untilMs] of clients) if (untilMs <= nowMs) clients.delete(client);
    return clients.size < mostOfNetwork;
  }
}
