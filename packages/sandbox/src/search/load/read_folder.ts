// Reads a folder of text, Markdown, HTML and PDF files as documents. It never leaves the folder: no symbolic link
// is followed, and every file is opened in a way that refuses one put there meanwhile.

import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { basename, extname, join, sep } from "node:path";
import { SandboxSetupError } from "../../ground/errors.ts";
import { MissingPackageError } from "../../ground/optional_package.ts";
import { type DocumentAttribute, parseSearchDocument, type SearchDocument } from "../document.ts";
import { SearchValidationError } from "../search_error.ts";
import { decodeMarkedText } from "../text/decode_text.ts";
import { extractText, type ReadableContentType, UnreadableDocumentError } from "../text/extract_text.ts";
import { ACCESS_FILE_NAMES, type AccessFile, parseAccessFile } from "./access_file.ts";

const CONTENT_TYPES: Readonly<Record<string, ReadableContentType>> = {
  ".txt": "PLAIN_TEXT",
  ".text": "PLAIN_TEXT",
  ".md": "MD",
  ".markdown": "MD",
  ".html": "HTML",
  ".htm": "HTML",
  ".pdf": "PDF",
};

export interface ReadFolderOptions {
  /** Files larger than this are skipped. Default 50 MB, the limit of Q Business. */
  readonly maxFileBytes?: number;
  /** Texts longer than this are skipped. Default 5 million characters. */
  readonly maxTextCharacters?: number;
  /** More files than this are an error, not a long wait. Default 10,000. */
  readonly maxFiles?: number;
  /** Names the documents' data source (`_data_source_id`). */
  readonly dataSourceId?: string;
}

/** One file of the folder: a document, or why it is none. */
export type FolderEntry =
  | { readonly kind: "document"; readonly path: string; readonly document: SearchDocument }
  | { readonly kind: "skipped"; readonly path: string; readonly reason: string };

/**
 * Yields every file below a folder, sorted by path. The document id is the path below the folder; title, text and
 * attributes come from the file, access from the access file at the folder's root. Without an access file every
 * document is public.
 *
 * @throws SandboxSetupError `SANDBOX_LOAD_FOLDER` when the folder cannot be read or holds too many files,
 * `SANDBOX_ACCESS_FILE_INVALID` when the access file is faulty, `SANDBOX_PACKAGE_MISSING` when the package that
 * reads one of its formats is not installed. A single unreadable file is a skipped entry.
 */
export async function* readFolder(
  directory: string,
  options: ReadFolderOptions = {},
): AsyncGenerator<FolderEntry, void, undefined> {
  const root = await findRoot(directory);
  const accessFile = await readAccessFile(root);
  const files = await listFiles(root, options.maxFiles ?? 10_000);
  for (const { path, skipped } of files) {
    yield skipped === undefined
      ? await readFile(root, path, accessFile, options)
      : { kind: "skipped", path, reason: skipped };
  }
}

async function findRoot(directory: string): Promise<string> {
  try {
    const root = await realpath(directory);
    if ((await stat(root)).isDirectory()) return root;
  } catch (cause) {
    throw new SandboxSetupError(
      "SANDBOX_LOAD_FOLDER",
      `The folder ${directory} cannot be read. Give the path of an existing folder.`,
      { cause },
    );
  }
  throw new SandboxSetupError(
    "SANDBOX_LOAD_FOLDER",
    `${directory} is not a folder. Give the folder, not a file.`,
  );
}

async function readAccessFile(root: string): Promise<AccessFile | undefined> {
  const present: { name: string; text: string }[] = [];
  for (const name of ACCESS_FILE_NAMES) {
    try {
      const text = decodeMarkedText(await readRegularFile(join(root, name), 1_000_000));
      if (text === undefined) throw new Error("is neither UTF-8 nor UTF-16 with a byte order mark");
      present.push({ name, text });
    } catch (error) {
      if (isNotFound(error)) continue;
      const why = error instanceof Error ? error.message : "unknown fault";
      throw new SandboxSetupError(
        "SANDBOX_ACCESS_FILE_INVALID",
        `${name} ${why}. Make it a plain file of at most 1 MB that you can read, in UTF-8.`,
        { cause: error },
      );
    }
  }
  const [first, second] = present;
  if (first !== undefined && second !== undefined) {
    throw new SandboxSetupError(
      "SANDBOX_ACCESS_FILE_INVALID",
      `The folder holds both ${first.name} and ${second.name}. Keep one of them.`,
    );
  }
  return first === undefined ? undefined : parseAccessFile(first.text, first.name);
}

interface ListedFile {
  readonly path: string;
  readonly skipped?: string;
}

async function listFiles(root: string, maxFiles: number): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (folder === "" && ACCESS_FILE_NAMES.some((name) => name === entry.name)) continue;
      if (entry.isSymbolicLink()) files.push({ path, skipped: "is a symbolic link; links are not followed" });
      else if (entry.name.startsWith(".")) continue;
      else if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.push({ path });
      if (files.length > maxFiles) {
        throw new SandboxSetupError(
          "SANDBOX_LOAD_FOLDER",
          `The folder holds more than ${maxFiles} files. Load a smaller folder, or raise the limit.`,
        );
      }
    }
  }
  return files.sort((left, right) => (left.path < right.path ? -1 : 1));
}

async function readFile(
  root: string,
  path: string,
  accessFile: AccessFile | undefined,
  options: ReadFolderOptions,
): Promise<FolderEntry> {
  const skip = (reason: string): FolderEntry => ({ kind: "skipped", path, reason });
  const contentType = CONTENT_TYPES[extname(path).toLowerCase()];
  if (contentType === undefined) return skip("is not a .txt, .md, .html or .pdf file");
  const settings = accessFile?.settingsOf(path);
  if (settings?.access === "unlisted") {
    return skip(
      'has no rule in the access file; add one for its path, such as {"path": "**", "public": true}',
    );
  }
  try {
    const absolute = join(root, ...path.split("/"));
    const bytes = await readRegularFile(absolute, options.maxFileBytes ?? 50_000_000);
    // A folder on the way may have become a link since it was listed.
    if (!(await realpath(absolute)).startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
      return skip("lies outside the folder");
    }
    const { text, title } = await extractText(bytes, contentType);
    const maxTextCharacters = options.maxTextCharacters ?? 5_000_000;
    if (text === "") return skip("holds no text");
    if (text.length > maxTextCharacters)
      return skip(`holds more than ${maxTextCharacters} characters of text`);
    const access = settings?.access;
    const baseUri = accessFile?.baseUri;
    const document = parseSearchDocument({
      documentId: path,
      title: (title ?? basename(path, extname(path))).slice(0, 1024),
      content: text,
      ...(baseUri === undefined ? {} : { uri: baseUri + path.split("/").map(encodeURIComponent).join("/") }),
      ...(options.dataSourceId === undefined ? {} : { dataSourceId: options.dataSourceId }),
      attributes: withFileType(settings?.attributes ?? [], contentType),
      ...(access === undefined || access === "public" ? {} : { accessControl: access }),
    });
    return { kind: "document", path, document };
  } catch (error) {
    // One message for the folder, not one for each of its files.
    if (error instanceof MissingPackageError) throw new SandboxSetupError(error.code, error.message);
    if (error instanceof SearchValidationError) return skip(`is not a valid document: ${error.message}`);
    if (error instanceof UnreadableDocumentError) return skip(error.message);
    return skip(error instanceof Error ? error.message : "cannot be read");
  }
}

function withFileType(
  attributes: DocumentAttribute[],
  contentType: ReadableContentType,
): DocumentAttribute[] {
  if (attributes.some((attribute) => attribute.name === "_file_type")) return attributes;
  return [...attributes, { name: "_file_type", value: { stringValue: contentType } }];
}

/** Reads a plain file; its messages never name an absolute path. */
async function readRegularFile(absolute: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: NodeJS.ErrnoException) => {
      if (isNotFound(cause)) throw cause;
      const why = cause.code === "ELOOP" ? "is a symbolic link; links are not followed" : "cannot be opened";
      throw new Error(`${why} (${cause.code})`, { cause });
    },
  );
  try {
    const { size } = await handle.stat();
    if (!(await handle.stat()).isFile()) throw new Error("is not a plain file");
    if (size > maxBytes) throw new Error(`is larger than ${maxBytes} bytes`);
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await handle.read(buffer, 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
