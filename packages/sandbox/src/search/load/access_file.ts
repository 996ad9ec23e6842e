// The access file of a loaded folder: who may read which files, and which attributes they have. Pure.

import { z } from "zod";
import { SandboxSetupError } from "../../ground/errors.ts";
import { type AccessConfiguration, type DocumentAttribute, reservedMember } from "../document.ts";
import { compileGlob } from "./glob.ts";
import { findJsonFaultLine } from "./json_fault.ts";

/** The names an access file may have, at the root of the folder. */
export const ACCESS_FILE_NAMES = ["access.json", ".access.json"] as const;

const names = z.array(z.string().min(1).max(1024)).max(1000);
const attributeValue = z.union(
  [
    z.string().max(2048),
    z.number().int(),
    z.array(z.string()),
    z.strictObject({ date: z.iso.datetime({ offset: true }).or(z.iso.date()) }),
  ],
  { error: 'must be a text, a whole number, a list of texts, or {"date": "2026-11-23"}' },
);

const ruleSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .max(512)
      .refine((path) => !path.startsWith("/") && !path.split("/").includes(".."), {
        error: 'must be a path below the folder, such as "hr/**"; no leading / and no ..',
      })
      .refine((path) => !path.includes("\\"), { error: "must use / between names" }),
    public: z.literal(true).optional(),
    users: names.optional(),
    groups: names.optional(),
    denyUsers: names.optional(),
    denyGroups: names.optional(),
    memberRelation: z.enum(["AND", "OR"]).optional(),
    attributes: z.record(z.string().regex(/^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,199}$/), attributeValue).optional(),
  })
  .refine((rule) => rule.public === undefined || !namesAnyone(rule), {
    error: "is public and names users or groups; keep one of them",
  })
  .refine((rule) => !namesAnyone(rule) || (rule.users ?? rule.groups) !== undefined, {
    error: "denies some but allows nobody; say in users or groups who may read",
  })
  .refine((rule) => rule.public !== undefined || namesAnyone(rule) || rule.attributes !== undefined, {
    error: "says nothing; give it users, groups, public: true or attributes",
  });

const accessFileSchema = z.strictObject({
  baseUri: z
    .string()
    .regex(/^(https?|ftp|file):\/\/\S*\/$/, {
      error: 'must be a URL that ends in /, such as "https://docs.example.com/"',
    })
    .optional(),
  rules: z.array(ruleSchema).min(1),
});

type Rule = z.output<typeof ruleSchema>;

/** What an access file says of one path. */
export interface PathSettings {
  /** `unlisted`: no rule gives access, so the file is not to be loaded. */
  readonly access: "public" | "unlisted" | AccessConfiguration;
  readonly attributes: DocumentAttribute[];
}

export interface AccessFile {
  /** What documents' URIs start with. */
  readonly baseUri: string | undefined;
  /** Settings of a file, by its path below the folder. */
  settingsOf(path: string): PathSettings;
}

/**
 * Reads an access file. Of all rules whose `path` matches a file, the last one that speaks of access decides who
 * reads it; attributes of all of them add up, the last value of a name counts. A file no rule gives access to is
 * not loaded: with an access file, access is by permission only.
 *
 * @param fileName for error messages.
 * @throws SandboxSetupError `SANDBOX_ACCESS_FILE_INVALID` naming file, line or field, and the fix.
 */
export function parseAccessFile(text: string, fileName: string): AccessFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SandboxSetupError(
      "SANDBOX_ACCESS_FILE_INVALID",
      `${fileName}, line ${findJsonFaultLine(text)}: is not JSON. Look for a missing or spare comma or quote there.`,
      { cause },
    );
  }
  const parsed = accessFileSchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${fileName}, ${pathText(issue.path)}: ${issue.message}`,
    );
    throw new SandboxSetupError("SANDBOX_ACCESS_FILE_INVALID", faults.join("\n"));
  }
  const rules = parsed.data.rules.map((rule) => ({ rule, matches: compileGlob(rule.path) }));
  return {
    baseUri: parsed.data.baseUri,
    settingsOf(path) {
      const matching = rules.filter(({ matches }) => matches(path)).map(({ rule }) => rule);
      const deciding = matching.findLast((rule) => rule.public === true || namesAnyone(rule));
      const values = Object.assign({}, ...matching.map((rule) => rule.attributes ?? {})) as NonNullable<
        Rule["attributes"]
      >;
      return {
        access: deciding === undefined ? "unlisted" : accessOf(deciding),
        attributes: Object.entries(values).map(([name, each]) => ({
          name,
          value: toAttributeValue(name, each),
        })),
      };
    },
  };
}

interface NamedPrincipals {
  readonly users?: string[] | undefined;
  readonly groups?: string[] | undefined;
  readonly denyUsers?: string[] | undefined;
  readonly denyGroups?: string[] | undefined;
}

function namesAnyone(rule: NamedPrincipals): boolean {
  return (rule.users ?? rule.groups ?? rule.denyUsers ?? rule.denyGroups) !== undefined;
}

function accessOf(rule: Rule): "public" | AccessConfiguration {
  if (rule.public === true) return "public";
  const user = (access: "ALLOW" | "DENY") => (id: string) => ({ user: { id, access } });
  const group = (access: "ALLOW" | "DENY") => (name: string) => ({ group: { name, access } });
  return {
    accessControls: [
      {
        principals: [
          ...(rule.users ?? []).map(user("ALLOW")),
          ...(rule.groups ?? []).map(group("ALLOW")),
          ...(rule.denyUsers ?? []).map(user("DENY")),
          ...(rule.denyGroups ?? []).map(group("DENY")),
        ],
        memberRelation: rule.memberRelation ?? "OR",
      },
    ],
  };
}

function toAttributeValue(
  name: string,
  value: NonNullable<Rule["attributes"]>[string],
): DocumentAttribute["value"] {
  if (typeof value === "number") return { longValue: value };
  if (Array.isArray(value)) return { stringListValue: value };
  if (typeof value === "object") return { dateValue: Date.parse(value.date) / 1000 };
  const asDate = reservedMember(name) === "dateValue" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(asDate) ? { stringValue: value } : { dateValue: asDate / 1000 };
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return text === "" ? "the whole file" : text.replace(/^\./, "");
}
