// Load over HTTP/1.1 on kept connections, as cheap as it can be made: on a small machine the one who asks takes
// processor time from the one who answers.
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Answer, readAnswer } from "./answer_text.ts";

/** A kept connection that carries one request at a time. */
export interface Connection {
  send(request: string): Promise<Answer>;
  /** Whether either end has closed it. */
  isClosed(): boolean;
  close(): void;
}

/** Opens a connection to the server of a URL. */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === "https:";
  const place = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (secure ? 443 : 80) };
  const socket = secure
    ? connectTls({ ...place, servername: hostname })
    : connect({ ...place, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once(secure ? "secureConnect" : "connect", resolve);
    socket.once("error", reject);
  });
  return carry(socket);
}

function carry(socket: Socket): Connection {
  let received = "";
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received += chunk;
    const read = readAnswer(received);
    if (read === undefined) return;
    received = read.rest;
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(read.answer);
  });
  const fail = () => {
    waiting?.reject(new Error("the server closed the connection"));
    waiting = undefined;
  };
  socket.on("error", fail);
  socket.on("close", fail);
  return {
    send(request) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error("the connection is closed"));
          return;
        }
        waiting = { resolve, reject };
        socket.write(request, "latin1");
      });
    },
    isClosed: () => socket.destroyed || socket.readableEnded,
    close: () => socket.destroy(),
  };
}

/** Writes a GET request out, ready to be sent. */
export function getRequest(url: URL, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ host: url.host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Writes a form request out, ready to be sent. */
export function formRequest(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): string {
  const { host, pathname, search } = new URL(url);
  const body = new URLSearchParams(form).toString();
  const lines = Object.entries({
    host,
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

/** Value of an Authorization header. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** What came of a stretch of load. Latencies are in milliseconds, in no order. */
export interface LoadResult {
  count: number;
  seconds: number;
  latenciesMs: number[];
}

/** One unit of work on a connection (one or more requests). Throws when an answer is not what it must be. */
export type Work = (connection: Connection, index: number) => Promise<void>;

/** Where load goes, and what it is. */
export interface Load {
  /** The servers; lanes take them in turn. */
  urls: readonly string[];
  /** How many connections. They are opened for each stretch: an idle one does not outlive a server's patience. */
  lanes: number;
  work: Work;
}

/** Works as fast as the server answers: every connection begins anew as soon as it has its answer. */
export async function closedLoop(load: Load, durationMs: number): Promise<LoadResult> {
  return withConnections(load, (connections) => drive(connections, durationMs, load.work));
}

/** Works a number of times, as fast as the server answers: what costs are compared by, on a machine that is shared. */
export async function countedLoop(load: Load, count: number): Promise<LoadResult> {
  let left = count;
  return withConnections(load, (connections) =>
    drive(connections, Number.POSITIVE_INFINITY, load.work, () => {
      left -= 1;
      return left >= 0;
    }),
  );
}

async function withConnections(
  { urls, lanes }: Load,
  use: (connections: readonly Connection[]) => Promise<LoadResult>,
): Promise<LoadResult> {
  const connections = await Promise.all(
    Array.from({ length: lanes }, (_, lane) => openConnection(urls[lane % urls.length] ?? "")),
  );
  try {
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function drive(
  connections: readonly Connection[],
  durationMs: number,
  work: Work,
  mayBegin: () => boolean = () => true,
): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const endMs = startedMs + durationMs;
  await Promise.all(
    connections.map(async (connection, index) => {
      for (let nowMs = performance.now(); nowMs < endMs && mayBegin(); ) {
        await work(connection, index);
        const doneMs = performance.now();
        latenciesMs.push(doneMs - nowMs);
        nowMs = doneMs;
      }
    }),
  );
  return { count: latenciesMs.length, seconds: (performance.now() - startedMs) / 1000, latenciesMs };
}

/**
 * Works at a given rate, whether or not earlier answers have come: as people and their back ends do. Latency counts
 * from the moment the work was due, so that waiting for a free connection counts too.
 */
export async function openLoop(load: Load, ratePerSecond: number, durationMs: number): Promise<LoadResult> {
  return withConnections(load, (connections) => pace(connections, ratePerSecond, durationMs, load.work));
}

async function pace(
  connections: readonly Connection[],
  ratePerSecond: number,
  durationMs: number,
  work: Work,
): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const free = connections.map((connection, index) => ({ connection, index }));
  const due: number[] = [];
  const running = new Set<Promise<void>>();
  const startedMs = performance.now();
  const total = Math.max(1, Math.round((ratePerSecond * durationMs) / 1000));
  let failure: unknown;
  const dispatch = () => {
    while (due.length > 0 && free.length > 0) {
      const dueMs = due.shift() ?? 0;
      const place = free.shift();
      if (place === undefined) return;
      const done = work(place.connection, place.index)
        .then(() => latenciesMs.push(performance.now() - dueMs))
        .catch((error: unknown) => {
          failure = error;
        })
        .then(() => {
          free.push(place);
          running.delete(done);
          dispatch();
        });
      running.add(done);
    }
  };
  for (let made = 0; made < total && failure === undefined; ) {
    for (; made < total; made += 1) {
      const dueMs = startedMs + (made * 1000) / ratePerSecond;
      if (dueMs > performance.now()) break;
      due.push(dueMs);
    }
    dispatch();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (running.size > 0) await Promise.all(running);
  if (failure !== undefined) throw failure;
  return { count: latenciesMs.length, seconds: (performance.now() - startedMs) / 1000, latenciesMs };
}

/** The value below which a share of the latencies lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
