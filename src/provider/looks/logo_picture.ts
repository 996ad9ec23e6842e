// Owns what becomes of a logo somebody hands over: its pixels, drawn and packed anew by us. Nothing else of the file is kept, not
// what it says of itself, and not a byte of how it was packed.
import pngjs from "pngjs";
import { PictureFault, readPngFile } from "./png_file.ts";

// Packed by us it may be larger than it was: what came with few colours has four channels now.
const mostBytes = 128 * 1024;

/** A picture as it is kept and served: PNG, red, green, blue and alpha, 8 bits each, and no other part. */
export interface Picture {
  png: Buffer;
  width: number;
  height: number;
}

/**
 * Draws a logo and packs it anew. It takes the processor and waits for nothing, so there is never more than one at once in a
 * process; with its sizes bounded it takes about a tenth of a second and four megabytes at most.
 * @throws PictureFault
 */
export function redrawLogo(file: Buffer): Picture {
  const { png: read, width, height } = readPngFile(file);
  const drawn = draw(read);
  const png = pngjs.PNG.sync.write(drawn, { colorType: 6, deflateLevel: 9, deflateStrategy: 0 });
  if (png.length > mostBytes) {
    throw new PictureFault("has too much in it to be a logo", "Make the picture smaller, or plainer.");
  }
  return { png, width, height };
}

function draw(png: Buffer) {
  try {
    return pngjs.PNG.sync.read(png);
  } catch {
    throw new PictureFault(
      "is damaged: it cannot be drawn",
      "Save the picture as PNG again, and send that file.",
    );
  }
}
