// Owns the names of a reader's world: "login.example.com" of the pages is a proxy of the test. Loaded first in the process
// that stands for the reader's machine, before anything has taken hold of what it replaces. TEST_NAMES says which names
// lead where: `login.example.com:443=PORT`, separated by spaces.
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

const ports = new Map(
  (process.env["TEST_NAMES"] ?? "")
    .split(" ")
    .filter(Boolean)
    .map((pair) => pair.split("=", 2) as [string, string]),
);
const hosts = new Set([...ports.keys()].map((name) => name.split(":")[0]));

// A public one: what looks names up refuses those of private networks, and nobody is asked there.
const address = { address: "93.184.216.34", family: 4 };

type Lookup = (host: string, options: { all?: boolean }) => Promise<unknown>;
const lookUp = dns.promises.lookup as Lookup;
Reflect.set(dns.promises, "lookup", (host: string, options: { all?: boolean } = {}) => {
  if (!hosts.has(host)) return lookUp(host, options);
  return Promise.resolve(options.all === true ? [address] : address);
});
syncBuiltinESMExports();

interface Destination {
  host?: string;
  port?: number | string;
}
const connect = Socket.prototype.connect as (...given: unknown[]) => Socket;
Reflect.set(Socket.prototype, "connect", function connectByName(this: Socket, ...given: unknown[]) {
  // node:net gives itself an array of the arguments as it has read them.
  const [first] = given;
  const to = (Array.isArray(first) ? first[0] : first) as Destination | undefined;
  const port = ports.get(`${to?.host}:${to?.port}`);
  if (port !== undefined) {
    const there = { ...to, host: "127.0.0.1", port: Number(port) };
    if (Array.isArray(first)) first[0] = there;
    else given[0] = there;
  }
  return connect.apply(this, given);
});
