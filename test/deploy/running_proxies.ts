// Owns the proxies of deploy/ as they run: the real nginx and the real Caddy on the files that are shipped, with nothing
// changed but ports, certificate, instances and where the logs go.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";

/** The name that the shipped files serve. */
export const host = "login.example.com";

/** A running proxy, and a way to it that ends TLS as a browser does: verified, and for the right name. */
export interface RunningProxy {
  /** Plain HTTP on this machine; what is asked here reaches the proxy by TLS, from 127.0.0.1. */
  localUrl: string;
  /** The proxy's own port, for whoever asks it by another name. */
  port: number;
  certificate: string;
  /** Everything that the proxy has logged, of accesses and of failures. */
  logged(): string;
  close(): Promise<void>;
}

/** A proxy of deploy/: whether this machine has the program, and how it is started before two instances. */
export interface ProxyKind {
  name: string;
  /** Why it cannot be tried here, for the runner; false if it can. */
  missing: string | false;
  start(instancePorts: readonly [number, number]): Promise<RunningProxy>;
}

const shipped = (path: string) => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), "utf8");
const environment = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin` };

const missing = (program: string, words: string[]): string | false =>
  spawnSync(program, words, { env: environment }).error === undefined
    ? false
    : `${program} is not on this machine (Debian: apt-get install ${program})`;

/** Both. */
export const proxyKinds: readonly ProxyKind[] = [
  { name: "nginx", missing: missing("nginx", ["-v"]), start: (ports) => start(ports, nginxIn) },
  { name: "caddy", missing: missing("caddy", ["version"]), start: (ports) => start(ports, caddyIn) },
];

/** Replaces each text, and refuses a file in which one does not stand. */
export function withReplaced(text: string, pairs: readonly (readonly [from: string, to: string])[]): string {
  return pairs.reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`the shipped file no longer holds: ${from}`);
    return all.replaceAll(from, to);
  }, text);
}

interface Place {
  folder: string;
  port: number;
  plainPort: number;
  instancePorts: readonly [number, number];
  key: string;
  certificate: string;
}

interface Program {
  process: ChildProcess;
  logFiles: readonly string[];
}

function nginxIn({ folder, port, plainPort, instancePorts, key, certificate }: Place): Program {
  const site = withReplaced(shipped("nginx/tti-provider.conf"), [
    ["server 127.0.0.1:3000 ", `server 127.0.0.1:${instancePorts[0]} `],
    ["server 127.0.0.1:3010 ", `server 127.0.0.1:${instancePorts[1]} `],
    ["    listen [::]:80;\n", ""],
    ["    listen [::]:443 ssl default_server;\n", ""],
    ["    listen [::]:443 ssl http2;\n", ""],
    ["listen 80;", `listen 127.0.0.1:${plainPort};`],
    ["listen 443 ", `listen 127.0.0.1:${port} `],
    ["/etc/ssl/tti/fullchain.pem", certificate],
    ["/etc/ssl/tti/privkey.pem", key],
    ["/var/log/nginx/", `${folder}/`],
  ]);
  writeFileSync(join(folder, "site.conf"), site);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(" ");
  writeFileSync(
    join(folder, "nginx.conf"),
    // As Debian's own nginx.conf has it where the shipped file does not say.
    `user ${userInfo().username}; daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 256; }
http { ${temporary} access_log off; gzip on; include ${folder}/site.conf; }\n`,
  );
  const words = ["-p", folder, "-c", join(folder, "nginx.conf")];
  return {
    process: spawn("nginx", words, { env: environment }),
    logFiles: ["tti_access.log", "tti_error.log"].map((file) => join(folder, file)),
  };
}

function caddyIn({ folder, port, plainPort, instancePorts, key, certificate }: Place): Program {
  const file = withReplaced(shipped("caddy/Caddyfile"), [
    ["{\n\tservers {", `{\n\tadmin off\n\thttp_port ${plainPort}\n\tservers {`],
    ["{$TTI_ISSUER} {", `{$TTI_ISSUER} {\n\ttls ${certificate} ${key}`],
  ]);
  writeFileSync(join(folder, "Caddyfile"), file);
  const words = ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")];
  const env = {
    ...environment,
    ...{ HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    TTI_ISSUER: `https://${host}:${port}`,
    TTI_INSTANCES: instancePorts.map((one) => `127.0.0.1:${one}`).join(" "),
  };
  return { process: spawn("caddy", words, { env }), logFiles: [] };
}

async function start(
  instancePorts: readonly [number, number],
  run: (place: Place) => Program,
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), "tti-proxy-"));
  const { key, certificate } = makeCertificate(folder);
  const ca = readFileSync(certificate, "utf8");
  // Before the ports are chosen, so that it takes none of them.
  const way = await startWay(ca);
  const [port, plainPort] = [await freePort(), await freePort()];
  way.leadTo(port);
  const program = run({ folder, port, plainPort, instancePorts, key, certificate });
  let printed = "";
  for (const stream of [program.process.stdout, program.process.stderr])
    stream?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const ended = once(program.process, "exit");
  const close = async () => {
    program.process.kill("SIGTERM");
    await ended;
    await way.close();
    rmSync(folder, { recursive: true, force: true });
  };
  // It answers, whatever the instances say.
  const answers = async () => {
    const answer = await fetch(`${way.localUrl}/health/live`);
    await answer.body?.cancel();
    return answer.headers.get("x-no-proxy") === null;
  };
  while (!(await answers())) {
    if (program.process.exitCode !== null) {
      await close();
      throw new Error(`the proxy ended: ${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const logged = () => printed + program.logFiles.map((file) => readFileSync(file, "utf8")).join("");
  return { localUrl: way.localUrl, port, certificate: ca, logged, close };
}

function makeCertificate(folder: string): { key: string; certificate: string } {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const made = spawnSync("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(" "),
    ...["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`, "-keyout", key, "-out", certificate],
  ]);
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`);
  return { key, certificate };
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// What is sent on is what came, byte by byte and header by header, but for the Host, which names whom it is meant for.
async function startWay(ca: string) {
  let port = 0;
  const server = createServer((from, to) => {
    const onward = request(
      {
        ...{ host: "127.0.0.1", port, ca, servername: host, method: from.method, path: from.url },
        headers: { ...from.headers, host },
      },
      (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        pipeline(answer, to, () => undefined);
      },
    );
    onward.on("error", () =>
      to.headersSent ? to.destroy() : to.writeHead(502, { "x-no-proxy": "1" }).end(),
    );
    from.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    localUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(target: number) {
      port = target;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
