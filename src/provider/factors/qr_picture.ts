// Owns the picture that an authenticator app reads: drawn here, as the page carries it, so that no secret leaves for
// somebody else's drawing service. Pure.
import qrcode from "qrcode-generator";

/** Draws a text as a QR code with the least correction that fits it. @returns an address of a GIF: `data:image/gif;base64,…` */
export function qrPicture(text: string): string {
  const code = qrcode(0, "M");
  code.addData(text, "Byte");
  code.make();
  return code.createDataURL(5, 20);
}
