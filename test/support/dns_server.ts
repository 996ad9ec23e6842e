// Owns a DNS server for tests: answers TXT questions over UDP from a table, and says NXDOMAIN to everything else
// (RFC 1035).
import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A running DNS server. */
export interface DnsServer {
  /** `127.0.0.1:PORT`, as TTI_DNS_SERVERS takes it. */
  address: string;
  /** Name → its TXT records; may change while it runs. */
  records: Map<string, readonly string[]>;
  close(): Promise<void>;
}

/** Starts it on a free port of the loopback address. */
export async function startDnsServer(): Promise<DnsServer> {
  const records = new Map<string, readonly string[]>();
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    socket.send(answerTo(question, records), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    records,
    close: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

const headerBytes = 12;

function answerTo(message: Buffer, records: ReadonlyMap<string, readonly string[]>): Buffer {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.subarray(at + 1, at + 1 + length).toString("latin1"));
    at += length + 1;
  }
  // The root label, type and class end the question; what follows it (EDNS) is not answered.
  const question = message.subarray(headerBytes, at + 5);
  const found = records.get(labels.join(".").toLowerCase()) ?? [];
  const header = Buffer.alloc(headerBytes);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(found.length > 0 ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  return Buffer.concat([header, question, ...found.map(txtRecord)]);
}

function txtRecord(text: string): Buffer {
  const value = Buffer.from(text, "latin1");
  const record = Buffer.alloc(13 + value.length);
  // Name: a pointer to the question's.
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(16, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt16BE(value.length + 1, 10);
  record.writeUInt8(value.length, 12);
  value.copy(record, 13);
  return record;
}
