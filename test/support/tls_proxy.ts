// Owns a proxy that ends TLS, as production has one in front: a certificate of its own making, and the
// client's address in X-Forwarded-For.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A running proxy. */
export interface TlsProxy {
  /** `https://localhost:PORT` */
  url: string;
  /** Who must be trusted: for NODE_EXTRA_CA_CERTS. */
  certificateFile: string;
  close(): Promise<void>;
}

/**
 * Starts a proxy on a free port.
 * @param targetPort where the provider listens on the loopback address, now or later
 * @param name the host its certificate is for
 */
export async function startTlsProxy(targetPort: number, name = "localhost"): Promise<TlsProxy> {
  const folder = mkdtempSync(join(tmpdir(), "tti-tls-"));
  const [keyFile, certificateFile] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const made = spawnSync("openssl", [
    ...`req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${name}`.split(" "),
    ...["-addext", `subjectAltName=DNS:${name}`, "-keyout", keyFile, "-out", certificateFile],
  ]);
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`);
  const server = createServer(
    { key: readFileSync(keyFile), cert: readFileSync(certificateFile) },
    (from, to) => {
      const forwarded = [from.headers["x-forwarded-for"], from.socket.remoteAddress]
        .filter(Boolean)
        .join(", ");
      const onward = request(
        {
          host: "127.0.0.1",
          port: targetPort,
          // A connection of its own for each request: the provider behind may be restarted between two.
          agent: false,
          method: from.method,
          path: from.url,
          headers: { ...from.headers, "x-forwarded-for": forwarded },
        },
        (answer) => {
          to.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(to);
        },
      );
      onward.on("error", () => to.writeHead(502).end());
      from.pipe(onward);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    certificateFile,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
