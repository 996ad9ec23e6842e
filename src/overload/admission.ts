// Owns who is let in at the public port when more is asked than can be served: a queue for each kind of request, so that people
// who sign in are not in the way of programs that ask for tokens, nor those in the way of keys and health.
import type { IncomingMessage } from "node:http";
import type { RequestContext } from "../request_context.ts";
import { type AskedKind, isOfProgramAlone, searchedTenantOf } from "./asked_kind.ts";
import type { ClientRate } from "./client_rate.ts";
import { Door, HeldRefusals, RefusedNetworks, Turnstile } from "./door.ts";
import { FairQueue, Overloaded, processTime, type QueueOptions, type QueueTime } from "./fair_queue.ts";
import type { LoopWatch } from "./loop_watch.ts";
import { turnOf } from "./page_turn.ts";
import type { SharePath } from "./share_tree.ts";
import { type AskedBy, networkOf, siteOf, tokenShareOf } from "./token_share.ts";

/** The bounds of each kind. */
export type AdmissionLimits = Record<AskedKind, Pick<QueueOptions, Bound>>;
type Bound = "places" | "mostOfShare" | "mostWaiting" | "longestWaitMs";

/** How many of each kind are under way at once and wait, and for how long they wait; milliseconds. */
export const admissionLimits = {
  // Mints share statements and commits, 50 at most. What waits for a client's slow server is half of them.
  tokens: { places: 64, mostOfShare: 32, mostWaiting: 512, longestWaitMs: 5_000 },
  // They wait for AWS, mostly: for one customer's that does not answer no other's wait.
  searches: { places: 256, mostOfShare: 32, mostWaiting: 256, longestWaitMs: 5_000 },
  // One process computes them all: more at once would be in each other's way, and in that of tokens. Who waits for a hash has
  // stepped aside.
  logins: { places: 12, mostWaiting: 400, longestWaitMs: 10_000 },
  pages: { places: 12, mostWaiting: 400, longestWaitMs: 10_000 },
} as const satisfies AdmissionLimits;

/**
 * How many of people's requests of each kind run at once while back ends ask for tokens, and for how long after the last that was
 * given one; milliseconds. Twelve that run together are ten milliseconds in a token's way at each of its steps.
 */
export const besidePrograms = { places: 2, forMs: 100 } as const;

/** How late the process may come to its work before people are asked to come back, in milliseconds. */
const latestMs = 500;

// Bearers name no client: all of a network's would be one.
const namesNoClient = /^\/(?:me|v1)(?:[/?]|$)/i;

/** What admission is made with. */
export interface AdmissionOptions {
  loop: LoopWatch;
  /** How often a client may ask for tokens; absent: as often as there is room. */
  rate?: ClientRate | undefined;
  limits?: AdmissionLimits | undefined;
  time?: QueueTime;
}

/** Lets requests in. */
export class Admission {
  readonly queues: Readonly<Record<AskedKind, FairQueue>>;
  /** Given to who is turned away by any of them. */
  readonly refusals = new HeldRefusals();
  readonly turnstile = new Turnstile();
  /** Whom the queues turned away: who is refused by one has no line in the access log. */
  readonly refused: Readonly<Record<AskedKind, RefusedNetworks>> = {
    tokens: new RefusedNetworks(),
    searches: new RefusedNetworks(),
    logins: new RefusedNetworks(),
    pages: new RefusedNetworks(),
  };
  /** Of what programs ask, before anything is done for it. */
  readonly doors: Readonly<Record<"tokens" | "searches", Door>>;
  readonly #options: AdmissionOptions;
  readonly #limits: AdmissionLimits;
  readonly #time: QueueTime;
  #programsUntilMs = 0;
  #narrow = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    const limits: AdmissionLimits = options.limits ?? admissionLimits;
    this.#limits = limits;
    this.#time = options.time ?? processTime;
    // The share that is bounded there is a customer's; a back end asks for all of its customers from one network.
    const searches = { ...limits.searches, mostOfShare: undefined };
    this.doors = { tokens: new Door(limits.tokens), searches: new Door(searches) };
    const queueOf = (kind: AskedKind) =>
      new FairQueue({
        ...limits[kind],
        told: "More is asked at this moment than can be answered.",
        ...(options.time === undefined ? {} : { time: options.time }),
      });
    const logins = queueOf("logins");
    this.queues = {
      tokens: queueOf("tokens"),
      searches: queueOf("searches"),
      logins,
      pages: queueOf("pages"),
    };
  }

  /**
   * Lets a request of a program in at the door, where its network has not as much under way as it may.
   * @returns to be called once it is over; or the refusal, for when its turn has come
   */
  atDoor(kind: "tokens" | "searches", address: string): (() => void) | Overloaded {
    return this.doors[kind].enter(siteOf(address)) ?? this.queues[kind].refuse("full");
  }

  /**
   * Serves a request once there is a place for it. One that brings a body takes its place when that is here, so that
   * whoever sends slowly holds none.
   * @param context of the request
   * @param serve tells the status of the answer
   * @throws Overloaded, AskerGone; OperationError too_many_requests
   */
  async serve(
    kind: AskedKind,
    request: IncomingMessage,
    context: RequestContext,
    serve: () => Promise<number>,
  ): Promise<void> {
    if (kind === "tokens" || kind === "searches") context.bringsClient = true;
    let leave: (() => void) | undefined;
    let ofProgram = false;
    const path = request.url ?? "";
    const widest = widestOf(kind, context.address ?? "", path);
    const enter = async (body?: Buffer) => {
      if (leave !== undefined) return;
      const by = { address: context.address ?? "", headers: request.headers, body };
      ofProgram = kind === "tokens" && isOfProgramAlone(path, body?.toString("latin1") ?? "");
      const share = () => [widest, ...narrowerOf(kind, by)];
      if (kind === "tokens" && !namesNoClient.test(path)) {
        const [network, client] = tokenShareOf(by);
        this.#options.rate?.count(network ?? "", client ?? "");
      }
      try {
        if (this.#isTooLate(kind)) throw this.queues[kind].refuse();
        leave = await this.queues[kind].enter(() => ({ share: share(), gone: context.gone?.() }), widest);
      } catch (error) {
        if (error instanceof Overloaded) {
          context.turnedAway = true;
          this.refused[kind].count(siteOf(by.address));
          const turn = this.refusals.turn();
          if (turn === undefined) request.destroy();
          await turn;
        }
        throw error;
      }
    };
    const { method = "" } = request;
    const waitsForBody = ["POST", "PUT", "PATCH"].includes(method);
    context.stepAside = () => {
      if (leave === undefined) return undefined;
      leave();
      leave = undefined;
      return () => {
        leave = this.queues[kind].takePlace(widest);
      };
    };
    if (waitsForBody) context.bodyIsHere = enter;
    else await enter();
    try {
      // Only what was given counts: whoever sends what is refused takes no place from people.
      if ((await serve()) === 200 && ofProgram) this.#giveWay();
    } finally {
      leave?.();
    }
  }

  #giveWay(): void {
    this.#programsUntilMs = this.#time.nowMs() + besidePrograms.forMs;
    if (this.#narrow) return;
    this.#narrow = true;
    this.#setPeople();
    const look = () => {
      const leftMs = this.#programsUntilMs - this.#time.nowMs();
      this.#narrow = leftMs > 0;
      if (this.#narrow) this.#time.after(leftMs, look);
      else this.#setPeople();
    };
    this.#time.after(besidePrograms.forMs, look);
  }

  #setPeople(): void {
    for (const kind of ["logins", "pages"] as const) {
      const { places } = this.#limits[kind];
      this.queues[kind].setPlaces(this.#narrow ? Math.min(places, besidePrograms.places) : places);
    }
  }

  // One is let in all the same: whoever comes late to all must not stay so for lack of anything that tells.
  #isTooLate(kind: AskedKind): boolean {
    if (kind === "tokens" || kind === "searches") return false;
    return this.queues[kind].state.running > 0 && this.#options.loop.isLate(latestMs);
  }
}

// A back end searches for all of its customers from one network: there the customer is the widest share.
function widestOf(kind: AskedKind, address: string, path: string): string {
  if (kind === "tokens") return siteOf(address);
  return kind === "searches" ? searchedTenantOf(path) : turnOf(path);
}

const narrowerOf = (kind: AskedKind, by: AskedBy): SharePath =>
  kind === "tokens" ? tokenShareOf(by) : [networkOf(by.address)];
