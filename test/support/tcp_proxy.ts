// Owns a TCP proxy between a test and a server, which fails as networks do: it goes silent on one connection or on
// all, cuts, or refuses.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy under test. */
export interface TcpProxy {
  /** The server's URL, with the proxy's host and port. */
  url: string;
  /** How many connections stand. */
  connections(): number;
  /**
   * From now on, nothing passes on connections that stand (the newest `most` of them), and nobody is told: a NAT
   * that forgot them, a host that lost its power. New ones are served.
   */
  silence(most?: number): void;
  /** The next connection on which a client says these words falls silent at them. */
  silenceOn(words: string): void;
  /** New connections are taken and get no answer, as from a host behind a firewall that drops. */
  silenceNew(silent: boolean): void;
  /** New connections lead to another server; those that stand stay where they are. */
  leadTo(serverUrl: string): void;
  /** At the next of these words of a client, what the server answers is lost, and the connection ends. */
  loseAnswerTo(words: string): void;
  /** Ends the connections that stand. */
  cut(): void;
  /** Nothing listens any more, and what stands is cut. */
  refuse(): Promise<void>;
  /** Listens again, on the same port. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy to the server a URL names. */
export async function startTcpProxy(serverUrl: string, otherwisePort = 5432): Promise<TcpProxy> {
  let target = new URL(serverUrl);
  const pairs = new Set<[Socket, Socket]>();
  let silentToNew = false;
  let silentWords: string | undefined;
  let lostWords: string | undefined;
  const server = createServer((near) => {
    near.on("error", () => undefined);
    if (silentToNew) return void silentOnes.add(near);
    const far = connect(Number(target.port || otherwisePort), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    far.on("error", () => near.destroy());
    near.on("data", (said: Buffer) => {
      if (lostWords !== undefined && said.includes(lostWords)) {
        lostWords = undefined;
        far.unpipe(near);
        far.once("data", () => end(pair)).resume();
      }
      if (silentWords === undefined || !said.includes(silentWords)) return;
      silentWords = undefined;
      silencePair(pair);
    });
    near.pipe(far).pipe(near);
    for (const socket of pair) socket.on("close", () => end(pair));
  });
  const silentOnes = new Set<Socket>();
  const end = (pair: [Socket, Socket]) => {
    pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  };
  const silencePair = (pair: [Socket, Socket]) => {
    const [near, far] = pair;
    pairs.delete(pair);
    near.unpipe();
    far.unpipe();
    // The server's end is let go; the client's keeps standing, and nothing is read from it or told to it.
    far.removeAllListeners("close");
    near.removeAllListeners("close");
    far.destroy();
    near.resume();
    silentOnes.add(near);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = new URL(serverUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  const cut = () => {
    for (const pair of [...pairs]) end(pair);
    for (const socket of silentOnes) socket.destroy();
    silentOnes.clear();
  };
  return {
    url: url.href,
    connections: () => pairs.size,
    silence(most = Number.POSITIVE_INFINITY) {
      for (const pair of [...pairs].slice(-most)) silencePair(pair);
    },
    silenceOn(words) {
      silentWords = words;
    },
    silenceNew(silent) {
      silentToNew = silent;
    },
    leadTo(serverUrl) {
      target = new URL(serverUrl);
    },
    loseAnswerTo(words) {
      lostWords = words;
    },
    cut,
    async refuse() {
      cut();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
    async accept() {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    async close() {
      cut();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
