// Owns what a file must be before a picture in it is drawn: a PNG of few pixels, whole, still, and nothing besides. Its header is
// judged before anything of it is unpacked, and what is unpacked ends where the header said. Pure.
import { crc32, inflateSync } from "node:zlib";

/** The most a file may have, and a picture. The call that carries a file, as base64, stays below what any request may bring. */
export const mostFileBytes = 40 * 1024;
const mostWidth = 512;
const mostHeight = 256;
const mostChunks = 256;

/** What is wrong with a file. */
export class PictureFault extends Error {
  override readonly name = "PictureFault";
  /** What to do about it. */
  readonly fix: string;

  /** @param what a phrase that follows what the file is called */
  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}

interface Header {
  width: number;
  height: number;
  depth: number;
  colorType: number;
}

interface Chunk {
  type: string;
  data: Buffer;
}

const signature = Buffer.from("89504e470d0a1a0a", "hex");
const saveAgain = "Save the picture as PNG again, and send that file.";
const savePlainly =
  "Save it as PNG with 8 bits a channel, neither interlaced nor animated, and send that file.";
const damaged = (how: string): PictureFault => new PictureFault(`is damaged: ${how}`, saveAgain);

/**
 * Reads a file as a PNG (RFC 2083, PNG specification third edition).
 * @returns the same picture as a file of what drawing it needs, and no other part
 * @throws PictureFault
 */
export function readPngFile(file: Buffer): { png: Buffer; width: number; height: number } {
  if (file.length === 0) throw new PictureFault("is empty", "Choose a PNG file.");
  if (file.length > mostFileBytes) {
    throw new PictureFault(
      `is larger than ${mostFileBytes / 1024} KiB`,
      "Make the picture smaller, or save it with fewer colours.",
    );
  }
  if (!file.subarray(0, signature.length).equals(signature)) {
    throw new PictureFault(
      `is no PNG${likeness(file)}`,
      "Save the picture as PNG: another name does not make it one.",
    );
  }
  const header = readHeader(file);
  const chunks = readChunks(file);
  const parts = (type: string) => chunks.filter((chunk) => chunk.type === type);
  const colours = coloursOf(header, chunks);
  const rows = unpack(header, Buffer.concat(parts("IDAT").map(({ data }) => data)));
  if (rows.some((byte, at) => at % bytesOfRow(header) === 0 && byte > 4))
    throw damaged("a row says nothing known");
  const [first] = chunks;
  const drawn = [...(first === undefined ? [] : [first]), ...colours, ...parts("IDAT"), ...parts("IEND")];
  const png = Buffer.concat([signature, ...drawn.map(written)]);
  return { png, width: header.width, height: header.height };
}

function likeness(file: Buffer): string {
  const begin = file.subarray(0, 512).toString("latin1").trimStart().toLowerCase();
  if (file[0] === 0xff && file[1] === 0xd8) return ": it begins as a JPEG";
  if (begin.startsWith("gif8")) return ": it begins as a GIF";
  if (begin.startsWith("riff")) return ": it begins as a WebP";
  return begin.startsWith("<") ? ": it begins as markup, such as SVG" : "";
}

// Where it must stand, so that nothing else is looked at in a file that says it is too large.
function readHeader(file: Buffer): Header {
  const at = signature.length;
  if (file.length < at + 25) throw damaged("it ends before it begins");
  if (file.readUInt32BE(at) !== 13 || file.toString("latin1", at + 4, at + 8) !== "IHDR")
    throw damaged("it does not begin with a header");
  assertSum(file.subarray(at + 4, at + 21), file.readUInt32BE(at + 21), "IHDR");
  const [width, height] = [file.readUInt32BE(at + 8), file.readUInt32BE(at + 12)];
  const [depth = 0, colorType = 0, packing, filters, interlaced] = file.subarray(at + 16, at + 21);
  if (width === 0 || height === 0) throw damaged("it has no pixels");
  if (width > mostWidth || height > mostHeight) {
    throw new PictureFault(
      `has ${width} × ${height} pixels, and may have ${mostWidth} × ${mostHeight}`,
      `Scale the picture down; it is shown 32 pixels high.`,
    );
  }
  if (depth === 16) throw new PictureFault("has 16 bits a channel", savePlainly);
  if (
    !(depthsOf[colorType]?.includes(depth) ?? false) ||
    packing !== 0 ||
    filters !== 0 ||
    (interlaced ?? 2) > 1
  )
    throw damaged("its header says nothing known");
  if (interlaced === 1) throw new PictureFault("is interlaced", savePlainly);
  return { width, height, depth, colorType };
}

// Without 16: grey, red-green-blue, palette, grey with alpha, red-green-blue with alpha.
const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8],
  2: [8],
  3: [1, 2, 4, 8],
  4: [8],
  6: [8],
};
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const bytesOfRow = ({ width, depth, colorType }: Header): number =>
  1 + Math.ceil((width * depth * (channelsOf[colorType] ?? 1)) / 8);

function readChunks(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = signature.length; ; ) {
    if (chunks.length === mostChunks) throw new PictureFault(`has more than ${mostChunks} parts`, saveAgain);
    if (file.length < at + 12) throw damaged("it ends before its end");
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged("a part has no name");
    if (file.length < at + 12 + length) throw damaged("it ends before its end");
    const data = file.subarray(at + 8, at + 8 + length);
    assertSum(file.subarray(at + 4, at + 8 + length), file.readUInt32BE(at + 8 + length), type);
    chunks.push({ type, data });
    at += 12 + length;
    if (type !== "IEND") continue;
    if (length > 0) throw damaged("its end holds something");
    if (at < file.length)
      throw new PictureFault(
        "has something behind the picture",
        "Send the picture alone: save it as PNG again.",
      );
    assertOrder(chunks);
    return chunks;
  }
}

function assertSum(bytes: Buffer, said: number, type: string): void {
  if (crc32(bytes) !== said) throw damaged(`the checksum of its part ${type} is wrong`);
}

const animation = ["acTL", "fcTL", "fdAT"];
const critical = ["IHDR", "PLTE", "IDAT", "IEND"];

function assertOrder(chunks: readonly Chunk[]): void {
  const types = chunks.map(({ type }) => type);
  if (types.some((type) => animation.includes(type))) throw new PictureFault("is animated", savePlainly);
  // A capital first: whoever does not know it must not draw the picture.
  const unknown = types.find((type) => /^[A-Z]/.test(type) && !critical.includes(type));
  if (unknown !== undefined) throw damaged(`nobody knows its part ${unknown}`);
  for (const once of ["IHDR", "PLTE", "tRNS"]) {
    if (types.filter((type) => type === once).length > 1) throw damaged(`its part ${once} is there twice`);
  }
  const [first, last] = [types.indexOf("IDAT"), types.lastIndexOf("IDAT")];
  if (first < 0) throw damaged("it holds no picture");
  if (types.slice(first, last).some((type) => type !== "IDAT")) throw damaged("its picture is in pieces");
}

// The palette and what is transparent, where the picture has them.
function coloursOf({ depth, colorType }: Header, chunks: readonly Chunk[]): Chunk[] {
  const before = chunks.slice(
    0,
    chunks.findIndex(({ type }) => type === "IDAT"),
  );
  const palette = before.find(({ type }) => type === "PLTE");
  const clear = before.find(({ type }) => type === "tRNS");
  const entries = (palette?.data.length ?? 0) / 3;
  if (colorType === 3 && palette === undefined) throw damaged("it has no palette");
  if (!Number.isInteger(entries) || (palette !== undefined && (entries === 0 || entries > 256)))
    throw damaged("its palette has no whole colours");
  if (colorType === 3 && entries > 2 ** depth) throw damaged("its palette has too many colours");
  if (clear === undefined) return colorType === 3 && palette ? [palette] : [];
  const wanted = colorType === 0 ? 2 : 6;
  const fits =
    colorType === 3
      ? clear.data.length <= entries && isAfter(before, clear, palette)
      : clear.data.length === wanted;
  if (colorType > 3 || !fits) throw damaged("what is transparent in it fits no picture of its kind");
  return colorType === 3 && palette ? [palette, clear] : [clear];
}

const isAfter = (chunks: readonly Chunk[], one: Chunk, other: Chunk | undefined): boolean =>
  other !== undefined && chunks.indexOf(one) > chunks.indexOf(other);

// Never more than the header said: whoever packed in more is refused when that is reached, not when it is all there.
function unpack(header: Header, packed: Buffer): Buffer {
  const wanted = header.height * bytesOfRow(header);
  const { buffer, engine } = inflated(packed, wanted);
  if (buffer.length !== wanted) throw damaged("it holds fewer pixels than it says");
  if (engine.bytesWritten !== packed.length) throw damaged("it holds more than its pixels");
  return buffer;
}

function inflated(packed: Buffer, mostBytes: number): { buffer: Buffer; engine: { bytesWritten: number } } {
  try {
    const told: unknown = inflateSync(packed, { maxOutputLength: mostBytes, info: true });
    return told as { buffer: Buffer; engine: { bytesWritten: number } };
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "ERR_BUFFER_TOO_LARGE")
      throw damaged("it holds more pixels than it says");
    throw damaged("its pixels cannot be unpacked");
  }
}

function written({ type, data }: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
