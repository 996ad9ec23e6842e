// What the index holds: documents, their attributes and access configuration, and the parser that admits them.
// Limits come from the Q Business model (aws-models/qbusiness.json); nothing here knows about ranking.

import { z } from "zod";
import { SearchValidationError } from "./search_error.ts";

const attributeName = z.string().regex(/^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,199}$/, {
  error: "must be 1 to 200 letters, digits, _ or -, and may not start with -",
});

/** A timestamp as it reaches us: epoch seconds on the wire, a Date in process, ISO 8601 text in files. */
const epochSeconds = z.union([z.number(), z.date(), z.string()]).transform((value, context) => {
  const seconds =
    typeof value === "number" ? value : (value instanceof Date ? value.getTime() : Date.parse(value)) / 1000;
  if (Number.isFinite(seconds)) return seconds;
  context.addIssue({
    code: "custom",
    message: "must be epoch seconds, a Date or an ISO 8601 text such as 2026-11-23T12:00:00Z",
  });
  return z.NEVER;
});

/** Schema of the union `DocumentAttributeValue`: exactly one member. */
const attributeValueSchema = z.union(
  [
    z.strictObject({ stringValue: z.string().max(2048) }),
    z.strictObject({ stringListValue: z.array(z.string()) }),
    z.strictObject({ longValue: z.number().int() }),
    z.strictObject({ dateValue: epochSeconds }),
  ],
  {
    error:
      "must hold exactly one of stringValue (at most 2048 characters), stringListValue, longValue, dateValue",
  },
);

/** Schema of `DocumentAttribute`. */
export const documentAttributeSchema = z.strictObject({ name: attributeName, value: attributeValueSchema });

const memberRelation = z.enum(["AND", "OR"]);
const access = z.enum(["ALLOW", "DENY"]);
const membershipType = z.enum(["INDEX", "DATASOURCE"]).optional();
const principalSchema = z.union(
  [
    z.strictObject({ user: z.strictObject({ id: z.string().min(1).max(2048), access, membershipType }) }),
    z.strictObject({ group: z.strictObject({ name: z.string().min(1).max(1024), access, membershipType }) }),
  ],
  { error: "must be {user: {id, access}} or {group: {name, access}}, with access ALLOW or DENY" },
);

/** Schema of BatchPutDocument's `AccessConfiguration`. */
const accessConfigurationSchema = z.strictObject({
  accessControls: z.array(
    z.strictObject({ principals: z.array(principalSchema), memberRelation: memberRelation.optional() }),
  ),
  memberRelation: memberRelation.optional(),
});

const documentSchema = z.strictObject({
  documentId: z
    .string()
    .min(1)
    .max(1825)
    .regex(/^\P{C}*$/u, { error: "must not hold control characters" }),
  title: z.string().min(1).max(1024).optional(),
  uri: z
    .string()
    .max(2048)
    .regex(/^(https?|ftp|file):\/\/\S*$/, { error: "must start with http://, https://, ftp:// or file://" })
    .optional(),
  content: z.string(),
  dataSourceId: z.string().min(1).max(2048).optional(),
  attributes: z.array(documentAttributeSchema).max(500).optional(),
  accessControl: accessConfigurationSchema.optional(),
});

/** The value of a document attribute; `dateValue` is in epoch seconds, as on the wire. */
export type DocumentAttributeValue =
  | { stringValue: string }
  | { stringListValue: string[] }
  | { longValue: number }
  | { dateValue: number };

export interface DocumentAttribute {
  name: string;
  value: DocumentAttributeValue;
}

/** BatchPutDocument's `AccessConfiguration`; how it is read: `access.ts`. */
export type AccessConfiguration = z.output<typeof accessConfigurationSchema>;

/** A document as callers may hand it in: dates may be Date, ISO text or epoch seconds. */
export type SearchDocumentInput = z.input<typeof documentSchema>;

/** A document as the index holds it. JSON-safe, so it can be exported as it is. */
export type SearchDocument = z.output<typeof documentSchema>;

/** Types of the reserved attributes whose type Q Business fixes; the list is that of the user guide. */
const RESERVED_MEMBERS: Readonly<Record<string, string>> = {
  _authors: "stringListValue",
  _category: "stringValue",
  _created_at: "dateValue",
  _data_source_id: "stringValue",
  _document_title: "stringValue",
  _file_type: "stringValue",
  _language_code: "stringValue",
  _last_updated_at: "dateValue",
  _source_uri: "stringValue",
  _version: "stringValue",
  _view_count: "longValue",
};

/** The value member a reserved attribute takes, or undefined for names Q Business does not reserve. */
export function reservedMember(name: string): string | undefined {
  return Object.hasOwn(RESERVED_MEMBERS, name) ? RESERVED_MEMBERS[name] : undefined;
}

function stringAttribute(attributes: readonly DocumentAttribute[], name: string): string | undefined {
  const value = attributes.find((attribute) => attribute.name === name)?.value;
  return value !== undefined && "stringValue" in value && value.stringValue !== ""
    ? value.stringValue
    : undefined;
}

/**
 * Admits a document: checks every limit of the Q Business model and fills title, URI and data source from the
 * reserved attributes `_document_title`, `_source_uri` and `_data_source_id` where only those are given.
 *
 * @throws SearchValidationError naming each faulty field.
 */
export function parseSearchDocument(input: unknown): SearchDocument {
  const parsed = documentSchema.safeParse(input);
  if (!parsed.success) {
    throw new SearchValidationError(
      parsed.error.issues.map((issue) => ({ name: pathText(issue.path), message: issue.message })),
    );
  }
  const document = parsed.data;
  const attributes = document.attributes ?? [];
  const faults = attributes.flatMap((attribute, position) => {
    const member = reservedMember(attribute.name);
    if (member === undefined || member in attribute.value) return [];
    return [{ name: `attributes[${position}].value`, message: `${attribute.name} takes a ${member}` }];
  });
  const names = attributes.map((attribute) => attribute.name);
  const repeated = names.filter((name, position) => names.indexOf(name) !== position);
  for (const name of new Set(repeated)) {
    faults.push({
      name: "attributes",
      message: `${name} occurs more than once; give each attribute one value`,
    });
  }
  if (faults.length > 0) throw new SearchValidationError(faults);

  const title = document.title ?? stringAttribute(attributes, "_document_title");
  const uri = document.uri ?? stringAttribute(attributes, "_source_uri");
  const dataSourceId = document.dataSourceId ?? stringAttribute(attributes, "_data_source_id");
  return {
    ...document,
    ...(title === undefined ? {} : { title }),
    ...(uri === undefined ? {} : { uri }),
    ...(dataSourceId === undefined ? {} : { dataSourceId }),
  };
}

/**
 * Every attribute filters see and answers carry: the reserved ones that follow from the document's own fields
 * first, then the given ones. A field of the document wins over an attribute of the same meaning.
 */
export function attributesOf(document: SearchDocument): DocumentAttribute[] {
  const own: DocumentAttribute[] = [];
  if (document.uri !== undefined) own.push({ name: "_source_uri", value: { stringValue: document.uri } });
  if (document.dataSourceId !== undefined) {
    own.push({ name: "_data_source_id", value: { stringValue: document.dataSourceId } });
  }
  if (document.title !== undefined)
    own.push({ name: "_document_title", value: { stringValue: document.title } });
  const taken = new Set(own.map((attribute) => attribute.name));
  return [...own, ...(document.attributes ?? []).filter((attribute) => !taken.has(attribute.name))];
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return text === "" ? "document" : text.replace(/^\./, "");
}
