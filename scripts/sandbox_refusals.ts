// Owns writing the blocks of packages/sandbox/docs/refusals.md: run by `npm run docs`.
import { writeFile } from "node:fs/promises";
import { refusalsPage, renderRefusals } from "../packages/sandbox/test/docs/refusals_page.ts";

const { right } = await renderRefusals();
await writeFile(refusalsPage, right);
