// The commands `tti user import`, `tti user export` and `tti user data`: people in files.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { importedPerson } from "../../admin/operations/imported_person.ts";
import { parseArguments } from "../../admin/operations/operation.ts";
import { showUserData } from "../../admin/operations/user_data.ts";
import { exportUsers, exportUsersWithHashes } from "../../admin/operations/user_export.ts";
import { importUsers, mostImportedRows } from "../../admin/operations/user_import.ts";
import { OperationError } from "../../errors.ts";
import { type LocalContext, withAdministration } from "../administration.ts";
import { withTrail } from "../audit_trail.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { formatOf, type PeopleFormat, peopleHead, peopleRow, readPeople } from "../people_file.ts";
import type { Terminal } from "../terminal.ts";

const importPeople = defineCommand({
  name: "user import",
  summary: "bring people and memberships from a file",
  help: `Usage: tti user import FILE [--dry-run] [--format csv|jsonl] [--json]

Reads people from CSV, whose first line names the columns, or from JSON Lines, with an
object on each line. Members: email, name, tenant, role, emailVerified, passwordHash,
externalId (docs/import.md). Several rows of one person, one for each tenant, make one
account. Password hashes of bcrypt, Argon2, scrypt and PBKDF2 are taken as they are, and
replaced when the person signs in.

A row that cannot be taken is named with its line and the reason, and leaves nothing; the
others are taken. Nothing that is there is replaced. The same file again changes nothing:
after an interruption, begin anew. Exits with 1 if a row was refused.

  --dry-run           only say what would come of it
  --format FORMAT     csv or jsonl (default: by the name of the file)
  --json              print one JSON document

Example:
  $ tti user import people.csv --dry-run`,
  options: { "dry-run": { type: "boolean" }, format: { type: "string" } },
  arguments: ["FILE"],
  run({ values, arguments: [path = ""], terminal }) {
    const format = formatOf(values.format, path);
    return withAdministration(async (context) => {
      // Once through first: what makes a file unreadable is told before anything of it is taken.
      let rows = 0;
      for await (const _row of readPeople(path, format)) rows += 1;
      const dryRun = values["dry-run"] === true;
      const told = await importFile(context, { path, format, dryRun, rows }, terminal);
      const { refusedRows, ...counts } = told;
      const text = `${dryRun ? "Would take" : "Took"} ${told.rows - told.refused} of ${told.rows} rows: ${told.created} new accounts, ${told.joined} new memberships, ${told.unchanged} rows that say nothing new, ${told.refused} refused.`;
      terminal.result({ ...counts, dryRun, refusedRows }, text);
      return told.refused > 0 ? 1 : 0;
    });
  },
});

interface Refusal {
  line: number;
  reason: string;
}

// As many as anybody reads; all of them are told on standard error.
const mostKept = 1_000;

async function importFile(
  context: LocalContext,
  file: { path: string; format: PeopleFormat; dryRun: boolean; rows: number },
  terminal: Terminal,
) {
  const told = { rows: 0, created: 0, joined: 0, unchanged: 0, refused: 0, refusedRows: [] as Refusal[] };
  const refuse = (line: number, reason: string) => {
    told.refused += 1;
    if (told.refusedRows.length < mostKept) told.refusedRows.push({ line, reason });
    terminal.say(`line ${line}: ${reason}`);
  };
  let batch: { line: number; value: Record<string, unknown> }[] = [];
  // What is malformed waits for the rows before it, which are judged with their batch: lines are told in the file's order.
  let malformed: Refusal[] = [];
  const take = async () => {
    const lineOf = (row: number) => batch[row]?.line ?? 0;
    const people = batch.map(({ value }) => value);
    const done =
      people.length === 0 ? undefined : await importUsers(context, { people, dryRun: file.dryRun });
    told.created += done?.created ?? 0;
    told.joined += done?.joined ?? 0;
    told.unchanged += done?.unchanged ?? 0;
    const refused = done?.refused.map(({ row, reason, fix }) => ({
      line: lineOf(row),
      reason: `${reason} ${fix}`,
    }));
    const warnings = done?.warnings.map(({ row, text }) => ({ line: lineOf(row), warning: text }));
    const lines = [...malformed, ...(refused ?? []), ...(warnings ?? [])];
    for (const one of lines.toSorted((a, b) => a.line - b.line)) {
      if ("reason" in one) refuse(one.line, one.reason);
      else terminal.say(`line ${one.line}: warning: ${one.warning}`);
    }
    batch = [];
    malformed = [];
  };
  for await (const row of readPeople(file.path, file.format)) {
    told.rows += 1;
    const fault = "fault" in row ? row.fault : faultOf(row.value);
    if (fault !== undefined) malformed.push({ line: row.line, reason: fault });
    else if ("value" in row) batch.push(row);
    if (batch.length + malformed.length === mostImportedRows) await take();
    if (told.rows % 5_000 === 0) terminal.say(`${told.rows} of ${file.rows} rows`);
  }
  await take();
  return told;
}

// By the operation's own schema, row by row, so that one malformed row does not stand in the way of the others.
function faultOf(value: unknown): string | undefined {
  try {
    parseArguments(importedPerson, value);
    return undefined;
  } catch (error) {
    if (error instanceof OperationError) return `${error.message} ${error.fix}`;
    throw error;
  }
}

const exportPeople = defineCommand({
  name: "user export",
  summary: "write people and memberships as they can be imported",
  help: `Usage: tti user export [--tenant ID] [--format csv|jsonl] [--out FILE] [OPTIONS]

Writes people to standard output, or to a new file that only you may read, in the form that
tti user import reads: a row for each membership. Whoever is disabled or has no address is
left out. The trail tells that people were exported.

  --tenant ID         only the members of this tenant
  --format FORMAT     csv or jsonl (default: by the name of the file, else jsonl)
  --out FILE          a file that is not there yet
  --password-hashes   with the hashes of the passwords. Whoever gets the file can try
                      passwords against them as fast as their machines allow, and weak ones
                      will be found: hand it over encrypted, and delete it afterwards
  --json              print one JSON document about it; needs --out

Example:
  $ tti user export --tenant acme --out people.csv`,
  options: {
    tenant: { type: "string" },
    format: { type: "string" },
    out: { type: "string" },
    "password-hashes": { type: "boolean" },
  },
  run({ values, terminal }) {
    const { out } = values;
    const format =
      values.format === undefined && out === undefined ? "jsonl" : formatOf(values.format, out ?? "");
    if (terminal.json && out === undefined) throw goesToStandardOutput();
    return withAdministration(async (context) => {
      const target = out === undefined ? undefined : await openNew(out);
      const write = target?.write ?? ((part: string) => terminal.pour(part));
      const operation = values["password-hashes"] ? exportUsersWithHashes : exportUsers;
      let rows = 0;
      let cursor: string | undefined;
      await write(peopleHead(format));
      do {
        const page = await operation(context, {
          limit: 500,
          ...(values.tenant === undefined ? {} : { tenantId: values.tenant }),
          ...(cursor === undefined ? {} : { cursor }),
        });
        rows += page.people.length;
        await write(page.people.map((row) => peopleRow(row, format)).join(""));
        cursor = page.cursor;
      } while (cursor !== undefined);
      await target?.close();
      if (target !== undefined) terminal.result({ file: out, rows }, `Wrote ${rows} rows.`);
      else terminal.say(`${rows} rows.`);
      return 0;
    });
  },
});

const dataOfPerson = defineCommand({
  name: "user data",
  summary: "write everything that is stored of one user",
  help: `Usage: tti user data USER [--out FILE]

Writes one JSON document to standard output, or to a new file that only you may read: account,
memberships, agreements, sign-ins, what applications hold, and every audit event of the user.
No password, token or hash is in it. The trail tells that it was taken out.

  --out FILE          a file that is not there yet
  --json              print one JSON document about it; needs --out

Example:
  $ tti user data ada@acme.example --out ada.json`,
  options: { out: { type: "string" } },
  arguments: ["USER"],
  run({ values: { out }, arguments: [user], terminal }) {
    if (terminal.json && out === undefined) throw goesToStandardOutput();
    return withTrail({ account: user }, terminal, async (context) => {
      let told = await showUserData(context, { user, limit: 500 });
      const events = [...told.events];
      const { id } = told.account;
      while (told.cursor !== undefined) {
        told = await showUserData(context, { user: id, limit: 500, cursor: told.cursor });
        events.push(...told.events);
      }
      const { cursor: _, ...whole } = told;
      const document = `${JSON.stringify({ ...whole, events }, null, 2)}\n`;
      if (out === undefined) {
        await terminal.pour(document);
        return 0;
      }
      const target = await openNew(out);
      await target.write(document);
      await target.close();
      terminal.result({ file: out, events: events.length }, `Wrote ${out}.`);
      return 0;
    });
  },
});

const goesToStandardOutput = (): UsageError =>
  new UsageError("--json tells about the export, which itself goes to standard output", "Add --out FILE");

async function openNew(
  path: string,
): Promise<{ write(part: string): Promise<void>; close(): Promise<void> }> {
  const stream = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    await once(stream, "open");
  } catch (cause) {
    throw new OperationError(
      "invalid_input",
      "--out cannot be written: it is there already, or may not be.",
      {
        field: "--out",
        fix: "Name a file that is not there yet, in a folder that is.",
        cause,
      },
    );
  }
  return {
    async write(part) {
      if (!stream.write(part)) await once(stream, "drain");
    },
    async close() {
      stream.end();
      await finished(stream);
    },
  };
}

export const userFileCommands: readonly Command[] = [importPeople, exportPeople, dataOfPerson];
