// Owns provider instances as processes of their own, and the balancer in front of them: each request goes to
// the next instance that answers.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { KeyPolicy } from "../../src/provider/keys/policy.ts";
import { bareEnvironment } from "../support/surroundings.ts";

/** A running instance. */
export interface Instance {
  /** Where this very process listens. */
  url: string;
  issuer: string;
  /** Ends it without a word, as a crash does. */
  kill(): Promise<void>;
  /** Has it stand still, as a machine that is suspended does, and go on. */
  pause(): void;
  resume(): void;
  /** Lets it end in good order. */
  stop(): Promise<void>;
}

/**
 * Starts an instance.
 * @throws Error with the reason when it refuses to start
 */
export async function startInstance(
  environment: Record<string, string>,
  policy: KeyPolicy,
): Promise<Instance> {
  const script = fileURLToPath(new URL("rotation_instance.ts", import.meta.url));
  const child = fork(script, [JSON.stringify(policy)], {
    env: { ...bareEnvironment(), ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [message] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the instance ended with ${code} before it served`);
    }),
  ]);
  const answer = message as { url: string; issuer: string } | { refusal: string };
  if ("refusal" in answer) throw new Error(`the instance refused to start: ${answer.refusal}`);
  const end = async (act: (process: ChildProcess) => void) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    act(child);
    await once(child, "exit");
  };
  return {
    ...answer,
    kill: () => end((running) => running.kill("SIGKILL")),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    stop: () => end((running) => running.disconnect()),
  };
}

/** A balancer over instances. */
export interface Balancer {
  url: string;
  /** Where requests go; change it as instances come and go. */
  targets: string[];
  close(): Promise<void>;
}

/** Starts a balancer without targets. */
export async function startBalancer(): Promise<Balancer> {
  const targets: string[] = [];
  let turn = 0;
  const server = createServer((request, response) => {
    turn += 1;
    const order = targets.map((_, index) => targets[(turn + index) % targets.length] ?? "");
    pass(request, response, order);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

// A refused connection has done nothing, so the next instance may have the request; a broken one may have done
// something, so its client is told.
function pass(request: IncomingMessage, response: ServerResponse, [target, ...others]: string[]): void {
  const { method, headers, url } = request;
  if (target === undefined) {
    response.writeHead(502).end();
    return;
  }
  const upstream = sendRequest(new URL(url ?? "/", target), { method, headers, agent: false });
  upstream.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED" && others.length > 0) pass(request, response, others);
    else if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  upstream.once("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.once("socket", (socket) => {
    if (socket.connecting) socket.once("connect", () => request.pipe(upstream));
    else request.pipe(upstream);
  });
}
