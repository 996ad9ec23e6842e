// A scripted stand-in for AWS's three endpoints: it records what arrived and answers what a test says. It checks
// nothing; tests of AWS's rules use the sandbox. This one can answer what no well-behaved server would.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { Writable } from "node:stream";
import type { AwsClientOptions } from "../../src/index.ts";

export type StubOperation =
  | "assume-role-with-tag"
  | "create-token-with-iam"
  | "assume-role-with-context"
  | "search";

export interface SeenRequest {
  readonly operation: StubOperation;
  readonly authorization: string;
  readonly path: string;
  readonly userAgent: string;
  /** `x-amz-date`: the moment the request was signed, as the client believes. */
  readonly signedAt: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type StubAnswer =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body: string;
      readonly delayMs?: number;
    }
  | { readonly drop: "before-answer" | "mid-answer" | "never" };

export type StubScript = (request: SeenRequest, count: number) => StubAnswer | undefined;

export interface StubAws {
  readonly seen: SeenRequest[];
  script: StubScript;
  /** Holds answers back. */
  hold: ((request: SeenRequest) => Promise<void> | undefined) | undefined;
  /** Replaces the Date header of every answer. */
  dateHeader: (() => string) | undefined;
  readonly clientOptions: AwsClientOptions;
  /** The address that speaks HTTP/1.1, for all three services. */
  readonly plainUrl: string;
  count(operation: StubOperation): number;
  close(): Promise<void>;
}

/** How long the credentials the stub hands out live, in seconds. */
export interface StubAwsOptions {
  readonly sessionSeconds?: number;
  readonly refreshToken?: string;
  readonly now?: () => number;
}

export async function startStubAws(options: StubAwsOptions = {}): Promise<StubAws> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const stub = {
    script: (() => undefined) as StubScript,
    hold: undefined as StubAws["hold"],
    dateHeader: undefined as (() => string) | undefined,
  };

  const handle = async (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<void> => {
    const arrived = await readRequest(request);
    seen.push(arrived);
    const count = seen.filter(({ operation }) => operation === arrived.operation).length;
    const answer = stub.script(arrived, count) ?? defaultAnswer(arrived, count, options);
    await stub.hold?.(arrived);
    if ("drop" in answer) return drop(answer.drop, response);
    if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    if (stub.dateHeader !== undefined) response.setHeader("date", stub.dateHeader());
    send(response, answer);
  };

  const plain = createServer((request, response) => void handle(request, response));
  plain.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const http2 = createHttp2Server((request, response) => void handle(request, response));
  http2.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => undefined);
    session.once("close", () => sessions.delete(session));
  });
  const plainUrl = await listen(plain);
  const http2Url = await listen(http2);

  return {
    seen,
    get script() {
      return stub.script;
    },
    set script(script) {
      stub.script = script;
    },
    get hold() {
      return stub.hold;
    },
    set hold(hold) {
      stub.hold = hold;
    },
    get dateHeader() {
      return stub.dateHeader;
    },
    set dateHeader(dateHeader) {
      stub.dateHeader = dateHeader;
    },
    plainUrl,
    clientOptions: {
      sts: { endpoint: plainUrl },
      ssoOidc: { endpoint: plainUrl },
      qbusiness: { endpoint: http2Url },
    },
    count: (operation) => seen.filter((request) => request.operation === operation).length,
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const session of sessions) session.destroy();
      await Promise.all([plain, http2].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** An answer in the shape of CreateTokenWithIAM's errors. */
export function oauthError(name: string, error: string, description: string, status = 400): StubAnswer {
  return {
    status,
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": name,
      "x-amzn-requestid": "req-oauth",
    },
    body: JSON.stringify({ error, error_description: description }),
  };
}

/** An answer in the shape of STS's errors. */
export function stsError(code: string, message: string, status = 403): StubAnswer {
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": "req-sts" },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>req-sts</RequestId></ErrorResponse>`,
  };
}

/** An answer in the shape of Q Business's errors. */
export function searchError(name: string, message: string, status: number): StubAnswer {
  return {
    status,
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": name,
      "x-amzn-requestid": "req-search",
    },
    body: JSON.stringify({ message }),
  };
}

async function readRequest(request: IncomingMessage | Http2ServerRequest): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString("utf8");
  const path = request.url ?? "";
  const authorization = String(request.headers["authorization"] ?? "");
  const signedAt = String(request.headers["x-amz-date"] ?? "");
  const userAgent = String(request.headers["user-agent"] ?? "");
  if (path.startsWith("/token")) {
    return {
      operation: "create-token-with-iam",
      authorization,
      path,
      userAgent,
      signedAt,
      parameters: { ...JSON.parse(body) },
    };
  }
  if (path.startsWith("/applications")) {
    const parameters = { ...JSON.parse(body) };
    return { operation: "search", authorization, path, userAgent, signedAt, parameters };
  }
  const parameters = Object.fromEntries(new URLSearchParams(body));
  const withContext = parameters["ProvidedContexts.member.1.ContextAssertion"] !== undefined;
  return {
    operation: withContext ? "assume-role-with-context" : "assume-role-with-tag",
    authorization,
    path,
    userAgent,
    signedAt,
    parameters,
  };
}

function defaultAnswer(request: SeenRequest, count: number, options: StubAwsOptions): StubAnswer {
  if (request.operation === "search") {
    return {
      status: 200,
      headers: { "content-type": "application/json", "x-amzn-requestid": `req-search-${count}` },
      body: JSON.stringify({
        relevantContent: [{ content: `passage ${count}`, documentId: `doc-${count}` }],
      }),
    };
  }
  if (request.operation === "create-token-with-iam") {
    const answer = {
      accessToken: "access",
      tokenType: "Bearer",
      expiresIn: 3600,
      ...(options.refreshToken === undefined ? {} : { refreshToken: options.refreshToken }),
      awsAdditionalDetails: { identityContext: `context-secret-${count}` },
    };
    return {
      status: 200,
      headers: { "content-type": "application/json", "x-amzn-requestid": `req-token-${count}` },
      body: JSON.stringify(answer),
    };
  }
  const now = options.now?.() ?? Date.now();
  const expiration = new Date(now + (options.sessionSeconds ?? 3600) * 1000).toISOString();
  const id = `${request.operation === "assume-role-with-tag" ? "ASIATAG" : "ASIACONTEXT"}${count}`;
  return {
    status: 200,
    headers: { "content-type": "text/xml", "x-amzn-requestid": `req-${id}` },
    body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>secret-of-${id}</SecretAccessKey><SessionToken>session-of-${id}</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>req-${id}</RequestId></ResponseMetadata></AssumeRoleResponse>`,
  };
}

function send(
  response: ServerResponse | Http2ServerResponse,
  answer: { status: number; headers?: Record<string, string>; body: string },
): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.end(answer.body);
}

function drop(
  how: "before-answer" | "mid-answer" | "never",
  response: ServerResponse | Http2ServerResponse,
): void {
  if (how === "never") return;
  if (how === "mid-answer") {
    response.statusCode = 200;
    response.setHeader("content-type", "application/json");
    response.setHeader("content-length", "500");
    const body: Writable = response;
    body.write('{"accessToken":"acc', () => cut(response));
    return;
  }
  cut(response);
}

function cut(response: ServerResponse | Http2ServerResponse): void {
  if ("stream" in response) response.stream.session?.destroy();
  else response.socket?.destroy();
}

async function listen(server: NetServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
