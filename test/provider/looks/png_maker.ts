// Makes PNG files for tests, whole and broken: every part can be another than it should be.
import { crc32, deflateSync } from "node:zlib";

/** The eight bytes every PNG begins with. */
export const pngSignature: Buffer = Buffer.from("89504e470d0a1a0a", "hex");

/** A part of a PNG, with its checksum. */
export function pngPart(type: string, data: Buffer = Buffer.alloc(0), sum?: number): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const part = Buffer.alloc(body.length + 8);
  part.writeUInt32BE(data.length);
  body.copy(part, 4);
  part.writeUInt32BE(sum ?? crc32(body), body.length + 4);
  return part;
}

/** The header of a PNG. */
export function pngHeader({ width = 8, height = 8, depth = 8, colorType = 6, interlaced = 0 } = {}): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([depth, colorType, 0, 0, interlaced], 8);
  return pngPart("IHDR", data);
}

/** Rows without a filter, packed: `pixel` repeated. */
export function pngRows(width: number, height: number, pixel: readonly number[]): Buffer {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * pixel.length, Buffer.from(pixel))]);
  return deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
}

/** A whole picture in one colour, with parts of one's own between its header and its pixels. */
export function plainPng(
  {
    width = 8,
    height = 8,
    pixel = [11, 107, 83, 255],
  }: { width?: number; height?: number; pixel?: readonly number[] } = {},
  ...more: readonly Buffer[]
): Buffer {
  return pngOf(pngHeader({ width, height }), ...more, pngPart("IDAT", pngRows(width, height, pixel)));
}

/** A file of these parts and the end. */
export function pngOf(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([pngSignature, ...parts, pngPart("IEND")]);
}
