// Owns what the connections of a port may do to it: how many there are, in all and of one network, for how long they may be slow
// or silent, what of a request is too much before there is one. What is cut off is counted; no line of the log tells of each,
// because anybody can cause any number of them.
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { parseClientAddress } from "../../input/client_address.ts";
import type { CutReason } from "../../overload/cut_reasons.ts";

/** The bounds of a port. */
export interface ConnectionBounds {
  /** Connections at once. */
  mostConnections: number;
  /** Of one network; undefined: a proxy stands in front, and all are its own. */
  mostOfNetwork?: number | undefined;
  /** Requests that one connection may send before it has their answers. */
  mostPipelined: number;
  /** After how long a connection is cut that neither sends nor takes anything, in milliseconds. */
  silentMs: number;
}

/** The bounds unless settings say otherwise. */
export const usualBounds: ConnectionBounds = { mostConnections: 4096, mostPipelined: 32, silentMs: 120_000 };

/**
 * The bounds of the public port. Where no proxy stands in front, one network holds half of the connections at most; a proxy's are
 * all of one.
 */
export function connectionBoundsOf(config: {
  trustedProxies: number;
  mostConnections: number;
}): ConnectionBounds {
  const { trustedProxies, mostConnections } = config;
  const mostOfNetwork = trustedProxies === 0 ? Math.ceil(mostConnections / 2) : undefined;
  return { ...usualBounds, mostConnections, mostOfNetwork };
}

/** Node.js's own limits of a request, and how often it looks for the slow; milliseconds and bytes. */
export const requestLimits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** How the connections of a port stand. */
export interface ConnectionState {
  open: number;
  /** How many were cut off, by why. */
  cut: Readonly<Record<CutReason, number>>;
}

// From this share of all on, who only keeps a connection open gives it up.
const nearlyFull = 0.9;
const idleLookMs = 1_000;

const refusals: Readonly<Record<string, { reason: CutReason; status: string }>> = {
  HPE_HEADER_OVERFLOW: { reason: "headers", status: "431 Request Header Fields Too Large" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { reason: "headers", status: "413 Content Too Large" },
  ERR_HTTP_REQUEST_TIMEOUT: { reason: "slow", status: "408 Request Timeout" },
};
const malformed = { reason: "malformed", status: "400 Bad Request" } as const;

/**
 * Guards a server's connections from now on.
 * @returns how they stand
 */
export function guardConnections(server: Server, bounds: ConnectionBounds): () => ConnectionState {
  const cut: Record<CutReason, number> = {
    ...{ full: 0, network: 0, headers: 0, slow: 0, silent: 0, pipelined: 0, malformed: 0 },
  };
  const ofNetwork = new Map<string, number>();
  let open = 0;
  let lookedMs = Number.NEGATIVE_INFINITY;

  const makeRoom = () => {
    const nowMs = performance.now();
    if (nowMs - lookedMs < idleLookMs) return;
    lookedMs = nowMs;
    server.closeIdleConnections();
  };

  server.on("connection", (socket: Socket) => {
    const network = parseClientAddress(socket.remoteAddress ?? "")?.network ?? "";
    const fellows = ofNetwork.get(network) ?? 0;
    if (open >= bounds.mostConnections || fellows >= (bounds.mostOfNetwork ?? Number.POSITIVE_INFINITY)) {
      cut[open >= bounds.mostConnections ? "full" : "network"] += 1;
      makeRoom();
      socket.destroy();
      return;
    }
    open += 1;
    ofNetwork.set(network, fellows + 1);
    if (open > bounds.mostConnections * nearlyFull) makeRoom();
    socket.once("close", () => {
      open -= 1;
      const left = (ofNetwork.get(network) ?? 1) - 1;
      if (left > 0) ofNetwork.set(network, left);
      else ofNetwork.delete(network);
    });
  });

  const underWay = new WeakMap<Socket, number>();
  // Before who serves it: what came in one packet is read as a whole, and told one after the other all the same.
  server.prependListener("request", ({ socket }: IncomingMessage, response) => {
    const count = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, count);
    response.once("close", () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    if (count <= bounds.mostPipelined || socket.destroyed) return;
    cut.pipelined += 1;
    socket.destroy();
  });

  server.setTimeout(bounds.silentMs, (socket: Socket) => {
    cut.silent += 1;
    socket.destroy();
  });

  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || error.code === "EPIPE") return void socket.destroy();
    const { reason, status } = refusals[error.code ?? ""] ?? malformed;
    cut[reason] += 1;
    // An answer that has begun would be continued by this one.
    const begun = Reflect.get(socket, "_httpMessage")?.headersSent === true;
    if (socket.writable && !begun)
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    setTimeout(() => socket.destroy(), 1_000).unref();
  });

  return () => ({ open, cut: { ...cut } });
}
