// One TCP port that speaks HTTP/1.1 and HTTP/2 in clear text (prior knowledge): the first bytes decide.
// It turns both into one shape of request and writes one shape of answer; it knows nothing of AWS.
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { SandboxSetupError } from "../../ground/errors.ts";
import { BodyRoom, DEFAULT_LIMITS, type ListenerLimits, readBody } from "./limits.ts";

/** The first bytes of an HTTP/2 connection preface; no HTTP/1 method is spelled so. */
const HTTP2_PREFACE_START = "PRI";

/** A request, whichever HTTP version carried it. */
export type InboundRequest = {
  method: string;
  /** Path as it came, percent-encoded, without query. */
  rawPath: string;
  /** Query as it came, without `?`. */
  rawQuery: string;
  /** Lower-case names; over HTTP/2 with pseudo headers. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  body: Buffer;
  httpVersion: "1.1" | "2";
  remoteAddress: string;
};

/** An answer. `cut` breaks the connection instead of, or in the middle of, answering. */
export type OutboundResponse = {
  status: number;
  headers: Readonly<Record<string, string | string[]>>;
  body: string | Buffer;
  cut?: "instead" | "middle";
};

/** Answers requests. What it throws becomes a bare 500. */
export type RequestHandler = (request: InboundRequest) => Promise<OutboundResponse>;

/** A listening port. */
export type Listener = { port: number; host: string; close(): Promise<void> };

type AnyRequest = http.IncomingMessage | http2.Http2ServerRequest;
type AnyResponse = http.ServerResponse | http2.Http2ServerResponse;

/**
 * @param port 0 for any free port
 * @param host address to bind
 * @param limits what one client may hold of it
 * @throws SandboxSetupError `SANDBOX_PORT_IN_USE`
 */
export async function listen(
  port: number,
  host: string,
  handler: RequestHandler,
  limits: ListenerLimits = DEFAULT_LIMITS,
): Promise<Listener> {
  const room = new BodyRoom(limits);
  // By connection: its socket, or its session over HTTP/2, whose requests do not show the socket itself.
  const waits = new WeakMap<object, IdleWatch>();
  const serve = (request: AnyRequest, response: AnyResponse) => {
    const wait = waits.get("stream" in request ? (request.stream.session ?? request) : request.socket);
    wait?.busy();
    response.once("close", () => wait?.idle());
    void exchange(request, response, handler, room);
  };
  const http1 = http.createServer(
    { keepAliveTimeout: limits.idleMs, maxHeaderSize: limits.headerBytes },
    serve,
  );
  const h2c = http2.createServer(
    {
      settings: { maxConcurrentStreams: limits.streams, maxHeaderListSize: limits.headerBytes },
    },
    serve,
  );
  h2c.on("sessionError", () => {});
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    const wait = watchIdle(limits.idleMs, () => socket.destroy());
    waits.set(socket, wait);
    socket.on("close", () => {
      wait.stop();
      sockets.delete(socket);
    });
    socket.on("error", () => socket.destroy());
    socket.setNoDelay(true);
    sniff(socket, (isHttp2) => {
      if (isHttp2) h2c.once("session", (session) => waits.set(session, wait));
      (isHttp2 ? h2c : http1).emit("connection", socket);
    });
  });
  server.maxConnections = limits.connections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explainListenError(error, port, host)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    host,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        http1.close();
        h2c.close();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Closes a connection that has no request under way for too long, be it silent or slow with the head of the next. */
type IdleWatch = { busy(): void; idle(): void; stop(): void };

function watchIdle(idleMs: number, close: () => void): IdleWatch {
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined = setTimeout(close, idleMs).unref();
  const stop = () => clearTimeout(timer);
  return {
    busy() {
      underWay += 1;
      stop();
    },
    idle() {
      underWay -= 1;
      if (underWay === 0) timer = setTimeout(close, idleMs).unref();
    },
    stop,
  };
}

/** Looks at the first bytes of a connection and gives them back. */
function sniff(socket: net.Socket, decide: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0);
  const onReadable = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read())
      seen = Buffer.concat([seen, chunk]);
    const enough = seen.length >= HTTP2_PREFACE_START.length;
    if (!enough && HTTP2_PREFACE_START.startsWith(seen.toString("latin1"))) return;
    socket.removeListener("readable", onReadable);
    socket.unshift(seen);
    decide(seen.subarray(0, HTTP2_PREFACE_START.length).toString("latin1") === HTTP2_PREFACE_START);
  };
  socket.on("readable", onReadable);
}

async function exchange(
  request: AnyRequest,
  response: AnyResponse,
  handler: RequestHandler,
  room: BodyRoom,
): Promise<void> {
  const body = await readBody(request, room);
  if ("refused" in body) {
    const headers = { "content-type": "text/plain; charset=utf-8", ...body.headers, connection: "close" };
    if ("stream" in response) Reflect.deleteProperty(headers, "connection");
    write(request, response, { status: body.status, headers, body: `${body.refused}\n` });
    return;
  }
  try {
    await answer(request, response, handler, body.bytes);
  } finally {
    body.done();
  }
}

async function answer(
  request: AnyRequest,
  response: AnyResponse,
  handler: RequestHandler,
  body: Buffer,
): Promise<void> {
  const [rawPath = "/", ...query] = (request.url ?? "/").split("?");
  const outbound = await answerOrFail(handler, {
    method: request.method ?? "GET",
    rawPath,
    rawQuery: query.join("?"),
    headers: request.headers,
    body,
    httpVersion: request.httpVersionMajor === 2 ? "2" : "1.1",
    remoteAddress: request.socket.remoteAddress ?? "",
  });
  write(request, response, outbound);
}

/** A fault of a handler must not leave the client waiting. */
async function answerOrFail(handler: RequestHandler, request: InboundRequest): Promise<OutboundResponse> {
  try {
    return await handler(request);
  } catch {
    const body = '{"message":"The sandbox failed on this request."}';
    return { status: 500, headers: { "content-type": "application/json" }, body };
  }
}

function write(request: AnyRequest, response: AnyResponse, outbound: OutboundResponse): void {
  const cut = () => ("stream" in request ? request.stream.session?.destroy() : request.socket.destroy());
  if (outbound.cut === "instead") {
    cut();
    return;
  }
  const body = Buffer.from(outbound.body);
  // What a HEAD would have got has the length it says, though nothing is sent.
  const length = { "content-length": String(body.length) };
  const headers =
    request.method === "HEAD" ? { ...length, ...outbound.headers } : { ...outbound.headers, ...length };
  if ("stream" in response) response.writeHead(outbound.status, headers);
  else response.writeHead(outbound.status, headers);
  if (outbound.cut === "middle") {
    const half = body.subarray(0, Math.floor(body.length / 2));
    if ("stream" in response) response.write(half, cut);
    else response.write(half, cut);
    return;
  }
  if (request.method === "HEAD") response.end();
  else response.end(body);
}

function explainListenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code !== "EADDRINUSE") return error;
  return new SandboxSetupError(
    "SANDBOX_PORT_IN_USE",
    `Port ${port} on ${host} is taken. Stop what listens there, or give the sandbox another port (0: any free one).`,
    { cause: error },
  );
}
