// Owns putting papers into one ZIP archive, so that whoever downloads them has one file. Pure: the same papers make the same
// bytes.
import { crc32, deflateRawSync } from "node:zlib";
import type { PaperFile } from "./paper_file.ts";

// Made on Unix, where a file may be run; names are UTF-8.
const madeByUnix = (3 << 8) | 20;
const neededVersion = 20;
const utf8Names = 0x0800;
const deflated = 8;
// 1 January 1980, midnight: the archive tells no time of its making.
const noDate = 0x0021;
const [regularFile, executableFile] = [0o100644, 0o100755];

/**
 * Makes the archive.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12, 4.3.16
 */
export function zipOf(files: readonly PaperFile[]): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { path, content, executable } of files) {
    const name = Buffer.from(path);
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const common = Buffer.alloc(26);
    [neededVersion, utf8Names, deflated, 0, noDate].forEach((value, at) => {
      common.writeUInt16LE(value, at * 2);
    });
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(signature(0x04034b50), common, name, packed);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(((executable ? executableFile : regularFile) << 16) >>> 0, 6);
    entry.writeUInt32LE(offset, 10);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(madeByUnix);
    entries.push(signature(0x02014b50), made, common, entry, name);
    offset += 4 + common.length + name.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
