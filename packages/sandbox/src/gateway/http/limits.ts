// What one client may hold of the sandbox: connections, time, bytes. A body that is too large, too slow or finds no room is
// refused by name; nothing of it is kept.
import type { Readable } from "node:stream";

/** Bounds of a listener. */
export type ListenerLimits = {
  /** Connections at once; one more is closed as soon as it opens. */
  connections: number;
  /** Requests at once on one HTTP/2 connection. */
  streams: number;
  /** How long a connection may go without a whole request head, in milliseconds: silent and slow ones alike. */
  idleMs: number;
  /** How long a body may take, in milliseconds. */
  bodyMs: number;
  /** Largest request head, in bytes. */
  headerBytes: number;
  /** Largest body, in bytes. */
  bodyBytes: number;
  /** All bodies that are held at once, in bytes. */
  allBodyBytes: number;
};

/** Far above what SDKs do, and far below what would take the machine's memory. */
export const DEFAULT_LIMITS: ListenerLimits = {
  connections: 1024,
  streams: 256,
  idleMs: 75_000,
  bodyMs: 60_000,
  headerBytes: 32 * 1024,
  // BatchPutDocument's largest request, with room to spare.
  bodyBytes: 64 * 1024 * 1024,
  allBodyBytes: 256 * 1024 * 1024,
};

/** A body that was read, or why it was not. */
export type ReadBody =
  | { bytes: Buffer; done(): void }
  | { refused: string; status: number; headers: Record<string, string> };

/** Counts the bytes of all bodies that are held. */
export class BodyRoom {
  readonly limits: ListenerLimits;
  #held = 0;

  constructor(limits: ListenerLimits) {
    this.limits = limits;
  }

  /** @returns whether there was room for so many more bytes */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.limits.allBodyBytes) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

/**
 * @param room how much all bodies may hold; what this one took is given back by `done`, or at once when it is refused
 */
export function readBody(request: Readable, room: BodyRoom): Promise<ReadBody> {
  const { bodyBytes, bodyMs } = room.limits;
  return new Promise<ReadBody>((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isSettled = false;
    const settle = (body: ReadBody) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      if ("refused" in body) {
        room.give(size);
        chunks.length = 0;
        request.pause();
      }
      resolve(body);
    };
    const refuse = (status: number, refused: string, headers: Record<string, string> = {}) =>
      settle({ refused, status, headers });
    const timer = setTimeout(
      () => refuse(408, `The body did not come within ${bodyMs / 1000} seconds.`),
      bodyMs,
    );
    request.on("data", (chunk: Buffer) => {
      if (isSettled) return;
      if (size + chunk.length > bodyBytes)
        refuse(413, `A request has at most ${bodyBytes} bytes. Send less at once.`);
      else if (!room.take(chunk.length))
        refuse(503, "Too many large requests at once. Send it again.", { "retry-after": "1" });
      else {
        size += chunk.length;
        chunks.push(chunk);
      }
    });
    request.once("end", () => settle({ bytes: Buffer.concat(chunks), done: () => room.give(size) }));
    for (const broken of ["error", "aborted", "close"])
      request.on(broken, () => refuse(400, "The request ended early."));
  });
}
