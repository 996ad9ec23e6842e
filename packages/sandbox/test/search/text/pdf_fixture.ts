// Writes small PDFs for tests: one line of text a page, uncompressed.

/** @returns the bytes of a PDF with one page for each line. */
export function writePdf(lines: readonly string[], title: string): Buffer {
  const escapeText = (text: string) => text.replace(/[\\()]/g, "\\$&");
  const pageObject = (page: number) => 5 + page * 2;
  const kids = lines.map((_, page) => `${pageObject(page)} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${lines.length} /Kids [${kids}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /Title (${escapeText(title)}) >>`,
    ...lines.flatMap((line, page) => {
      const stream = `BT /F1 12 Tf 72 720 Td (${escapeText(line)}) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${pageObject(page) + 1} 0 R ` +
          "/Resources << /Font << /F1 3 0 R >> >> >>",
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ];
    }),
  ];
  let body = "%PDF-1.7\n";
  const offsets = objects.map((object, number) => {
    const offset = body.length;
    body += `${number + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 4 0 R >>`;
  const start = body.length;
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}${trailer}\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(body, "latin1");
}
