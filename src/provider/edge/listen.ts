// Owns a listening port: its limits, the answer "not yet" until an app is there, and an end that lets requests
// under way finish.
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, Server as SocketServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { OperationError } from "../../errors.ts";
import {
  type ConnectionBounds,
  type ConnectionState,
  guardConnections,
  requestLimits,
  usualBounds,
} from "./connection_guard.ts";

/** A port that is listened on. */
export interface Listening {
  /** An address of this machine at which it answers. */
  url: string;
  port: number;
  /** How its connections stand. */
  connections(): ConnectionState;
  /** Replaces the answer "not yet" by the app's. */
  serve(listener: RequestListener): void;
  /** From now on each answer ends its connection, so that nobody sends the next request into a closing one. */
  leave(): void;
  /**
   * Takes no more connections and serves those that stand, until each has had its last answer.
   * @param longestMs how long those that ask nothing are waited for
   */
  retire(longestMs: number): Promise<void>;
  /** @returns how many requests had not ended in time and were cut off */
  close(): Promise<number>;
}

/**
 * Listens on a port.
 * @param port 0 takes a free one
 * @param bounds of its connections
 * @param drainMs how long requests under way may take to end once close() was called
 * @throws OperationError unavailable if the port is taken
 */
export async function listen(
  host: string,
  port: number,
  drainMs: number,
  bounds: ConnectionBounds = usualBounds,
): Promise<Listening> {
  let listener: RequestListener = (_request, response) => {
    response.writeHead(503, { "Retry-After": "1" }).end();
  };
  const underWay = new Set<ServerResponse>();
  let leaving = false;
  const server = createServer(requestLimits, (request, response) => {
    if (request.socket.destroyed) return;
    underWay.add(response);
    response.once("close", () => underWay.delete(response));
    if (leaving) response.setHeader("Connection", "close");
    listener(request, response);
  });
  const connections = guardConnections(server, bounds);
  const leave = () => {
    leaving = true;
    for (const response of underWay) if (!response.headersSent) response.setHeader("Connection", "close");
  };
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new OperationError("unavailable", `Port ${port} cannot be listened on.`, portFault(cause))),
    );
    server.listen(port, host, resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  const closed = new Promise<void>((resolve) => server.once("close", () => resolve()));
  return {
    url: urlOf(host, taken),
    port: taken,
    connections,
    serve(next) {
      listener = next;
    },
    leave,
    async retire(longestMs) {
      leave();
      // A socket's way of closing, not that of HTTP, which would end connections that ask nothing now under the next request.
      SocketServer.prototype.close.call(server);
      await Promise.race([closed, sleep(longestMs, undefined, { ref: false })]);
    },
    async close() {
      leave();
      let cutOff = 0;
      server.close();
      server.closeIdleConnections();
      // A connection whose request ends now turns idle and would stay open for its keep-alive time.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const late = setTimeout(() => {
        cutOff = underWay.size;
        server.closeAllConnections();
      }, drainMs);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
      return cutOff;
    },
  };
}

// An address of this machine that reaches a listener on any of its addresses.
function urlOf(host: string, port: number): string {
  const everywhere = host === "::" || host === "0.0.0.0";
  const name = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function portFault(cause: Error): { cause: Error; fix: string } {
  const choose = "choose another one with PORT (provider) or TTI_ADMIN_PORT (admin).";
  const fixes: Record<string, string> = {
    EADDRINUSE: `Another program listens there: stop it, or ${choose}`,
    EACCES: `This user may not listen there: take a port from 1024 up, or ${choose}`,
    EADDRNOTAVAIL: "This machine has no such address: correct HOST (provider) or TTI_ADMIN_HOST (admin).",
  };
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  return { cause, fix: fixes[code] ?? `See the cause, or ${choose}` };
}
