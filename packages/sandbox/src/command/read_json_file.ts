// The one reader of JSON files that people hand over: UTF-8 with or without a byte order mark, or UTF-16 as PowerShell
// writes it. A fault names the file and the line.
import { readFile } from "node:fs/promises";
import { SandboxSetupError } from "../ground/errors.ts";
import { findJsonFaultLine } from "../search/load/json_fault.ts";
import { decodeMarkedText } from "../search/text/decode_text.ts";

/**
 * @param path file to read
 * @throws SandboxSetupError `SANDBOX_FILE_UNREADABLE`, `SANDBOX_FILE_INVALID`
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new SandboxSetupError("SANDBOX_FILE_UNREADABLE", `${path} cannot be read: ${cause.code}.`, {
      cause,
    });
  });
  const text = decodeMarkedText(bytes);
  if (text === undefined) {
    throw new SandboxSetupError(
      "SANDBOX_FILE_INVALID",
      `${path} is neither UTF-8 nor UTF-16 with a byte order mark. Save it as UTF-8.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SandboxSetupError(
      "SANDBOX_FILE_INVALID",
      `${path}, line ${findJsonFaultLine(text)}: is not JSON. Look for a missing or spare comma or quote there.`,
      { cause },
    );
  }
}
