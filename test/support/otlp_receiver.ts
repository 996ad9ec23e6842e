// Owns a collector for tests: a real server that takes OTLP over HTTP in protobuf, and reads what came. Only what tests ask for is
// read (opentelemetry-proto, trace/v1); all of it is kept as bytes, so that nothing a span holds is overlooked.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as it arrived. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startNs: bigint;
  endNs: bigint;
  attributes: Record<string, string | number>;
  links: { traceId: string; spanId: string }[];
  /** 2: an error. */
  status: number;
  statusMessage: string;
  resource: Record<string, string | number>;
}

/** A collector that runs. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: ReceivedSpan[];
  /** All that came: the bodies as bytes, and the requests' headers. */
  bodies: Buffer[];
  headers: Record<string, string | string[] | undefined>[];
  /** What it answers from now on; "silence": nothing. */
  answers(status: number | "silence"): void;
  /** Waits for spans of which the condition holds. */
  until(holds: (spans: readonly ReceivedSpan[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const headers: OtlpReceiver["headers"] = [];
  const watchers = new Set<() => void>();
  let status: number | "silence" = 200;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      bodies.push(body);
      headers.push({ ...request.headers, path: request.url });
      if (status === 200) spans.push(...spansIn(body));
      for (const watcher of watchers) watcher();
      if (status !== "silence")
        response.writeHead(status, { "content-type": "application/x-protobuf" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    headers,
    answers(next) {
      status = next;
    },
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds(spans)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Field = { number: number; bytes: Buffer; value: bigint };

// Protocol Buffers, "Encoding": tag, then a varint, eight bytes, a length and its bytes, or four bytes.
function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const none = Buffer.alloc(0);
    const number = tag >> 3;
    if ((tag & 7) === 0) fields.push({ number, bytes: none, value: varint() });
    else if ((tag & 7) === 1) {
      fields.push({ number, bytes: none, value: message.readBigUInt64LE(at) });
      at += 8;
    } else if ((tag & 7) === 2) {
      const length = Number(varint());
      fields.push({ number, bytes: message.subarray(at, at + length), value: 0n });
      at += length;
    } else {
      fields.push({ number, bytes: none, value: BigInt(message.readUInt32LE(at)) });
      at += 4;
    }
  }
  return fields;
}

const all = (fields: readonly Field[], number: number) => fields.filter((one) => one.number === number);
const bytesOf = (fields: readonly Field[], number: number) =>
  all(fields, number)[0]?.bytes ?? Buffer.alloc(0);
const numberOf = (fields: readonly Field[], number: number) => all(fields, number)[0]?.value ?? 0n;

function attributesIn(fields: readonly Field[], number: number): Record<string, string | number> {
  return Object.fromEntries(
    all(fields, number).map(({ bytes }) => {
      const pair = fieldsOf(bytes);
      const value = fieldsOf(bytesOf(pair, 2));
      const isText = value[0]?.number === 1;
      return [
        String(bytesOf(pair, 1)),
        isText ? String(value[0]?.bytes) : Number(numberOf(value, value[0]?.number ?? 3)),
      ];
    }),
  );
}

function spansIn(request: Buffer): ReceivedSpan[] {
  return all(fieldsOf(request), 1).flatMap(({ bytes }) => {
    const ofResource = fieldsOf(bytes);
    const resource = attributesIn(fieldsOf(bytesOf(ofResource, 1)), 1);
    return all(ofResource, 2)
      .flatMap((scope) => all(fieldsOf(scope.bytes), 2))
      .map((span) => {
        const of = fieldsOf(span.bytes);
        return {
          traceId: bytesOf(of, 1).toString("hex"),
          spanId: bytesOf(of, 2).toString("hex"),
          parentSpanId: bytesOf(of, 4).toString("hex"),
          name: String(bytesOf(of, 5)),
          kind: Number(numberOf(of, 6)),
          startNs: numberOf(of, 7),
          endNs: numberOf(of, 8),
          attributes: attributesIn(of, 9),
          links: all(of, 13).map((link) => ({
            traceId: bytesOf(fieldsOf(link.bytes), 1).toString("hex"),
            spanId: bytesOf(fieldsOf(link.bytes), 2).toString("hex"),
          })),
          status: Number(numberOf(fieldsOf(bytesOf(of, 15)), 3)),
          statusMessage: String(bytesOf(fieldsOf(bytesOf(of, 15)), 2)),
          resource,
        };
      });
  });
}
