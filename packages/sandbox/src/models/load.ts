// Turns one model file into linked, typed shapes. A word of the model language that the sandbox does not
// understand is refused here, at load, so that no constraint can be lost in silence.

import { compilePattern } from "./pattern.ts";
import type {
  Bounds,
  ExceptionFacts,
  Member,
  Operation,
  ServiceModel,
  ServiceName,
  Shape,
  StructureShape,
  WireProtocol,
} from "./shapes.ts";

interface RawReference {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
  readonly idempotencyToken?: boolean;
}

interface RawShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, RawReference | undefined>>;
  readonly member?: RawReference;
  readonly key?: RawReference;
  readonly value?: RawReference;
  readonly required?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly union?: boolean;
  readonly document?: boolean;
  readonly flattened?: boolean;
  readonly payload?: string;
  readonly sensitive?: boolean;
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
}

interface RawOperation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string; readonly resultWrapper?: string };
  readonly errors?: readonly { readonly shape: string }[];
}

/** A model file as it stands in JSON; the layout is described in README.md beside it. */
export interface RawModel {
  readonly source: string;
  readonly metadata: {
    readonly apiVersion: string;
    readonly endpointPrefix: string;
    readonly serviceId: string;
    readonly protocol: string;
    readonly signingName?: string;
    readonly targetPrefix?: string;
    readonly xmlNamespace?: string;
  };
  readonly operations: Readonly<Record<string, RawOperation>>;
  readonly shapes: Readonly<Record<string, unknown>>;
}

const shapeWords = new Set(
  "type members member key value required min max pattern enum union document sensitive exception fault error box retryable deprecated flattened payload timestampFormat".split(
    " ",
  ),
);
const memberWords = new Set(
  "shape location locationName idempotencyToken box deprecated deprecatedSince contextParam hostLabel streaming xmlNamespace".split(
    " ",
  ),
);

/**
 * Loads one service's model.
 *
 * @param service the name operations and errors are looked up by
 * @param raw the parsed JSON file
 * @returns the model with every reference resolved and every pattern compiled
 * @throws Error when the file uses a word, type or protocol the sandbox does not know
 */
export function loadModel(service: ServiceName, raw: RawModel): ServiceModel {
  const shapes = linkShapes(service, raw.shapes);
  const structure = (name: string): StructureShape => {
    const shape = shapes.get(name);
    if (shape?.kind !== "structure") throw new Error(`${service}: ${name} is not a structure`);
    return shape;
  };
  const operations = new Map<string, Operation>();
  for (const [name, operation] of Object.entries(raw.operations)) {
    operations.set(name, {
      name,
      method: operation.http.method,
      requestUri: operation.http.requestUri,
      status: operation.http.responseCode ?? 200,
      ...(operation.input && { input: structure(operation.input.shape) }),
      ...(operation.output && { output: structure(operation.output.shape) }),
      ...(operation.output?.resultWrapper !== undefined && { resultWrapper: operation.output.resultWrapper }),
      errors: (operation.errors ?? []).map((error) => error.shape),
    });
  }
  const { metadata } = raw;
  return {
    service,
    source: raw.source,
    protocol: parseProtocol(metadata.protocol),
    apiVersion: metadata.apiVersion,
    signingName: signingNameOf(raw),
    ...(metadata.targetPrefix !== undefined && { targetPrefix: metadata.targetPrefix }),
    ...(metadata.xmlNamespace !== undefined && { xmlNamespace: metadata.xmlNamespace }),
    operations,
    shapes,
  };
}

/** The name a service has in SigV4 credential scopes. */
export function signingNameOf({ metadata }: RawModel): string {
  return metadata.signingName ?? metadata.endpointPrefix;
}

function linkShapes(service: ServiceName, rawShapes: RawModel["shapes"]): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  // Shapes may contain themselves, so references resolve on first use instead of while building.
  const link = (name: string, reference: RawReference): Member => {
    for (const word of Object.keys(reference)) {
      if (!memberWords.has(word)) throw new Error(`${service}: ${name} uses the unknown word ${word}`);
    }
    return {
      name,
      wireName: reference.locationName ?? name,
      location: parseLocation(reference.location),
      idempotencyToken: reference.idempotencyToken ?? false,
      get target(): Shape {
        const shape = shapes.get(reference.shape);
        if (!shape) throw new Error(`${service}: no shape ${reference.shape}`);
        return shape;
      },
    };
  };
  for (const [name, raw] of Object.entries(rawShapes))
    shapes.set(name, buildShape(name, parseRawShape(name, raw), link));
  return shapes;
}

function buildShape(
  name: string,
  raw: RawShape,
  link: (name: string, reference: RawReference) => Member,
): Shape {
  const facts = { name, sensitive: raw.sensitive ?? false };
  const bounds: Bounds = {
    ...(raw.min !== undefined && { min: raw.min }),
    ...(raw.max !== undefined && { max: raw.max }),
  };
  switch (raw.type) {
    case "structure": {
      const members = new Map<string, Member>();
      for (const [member, reference] of Object.entries(raw.members ?? {})) {
        if (reference) members.set(member, link(member, reference));
      }
      return {
        ...facts,
        kind: "structure",
        members,
        required: raw.required ?? [],
        union: raw.union ?? false,
        document: raw.document ?? false,
        ...(raw.payload !== undefined && { payload: raw.payload }),
        ...(raw.exception && { exception: exceptionFacts(raw) }),
      };
    }
    case "list":
      return {
        ...facts,
        ...bounds,
        kind: "list",
        flattened: raw.flattened ?? false,
        member: link("member", need(name, "member", raw.member)),
      };
    case "map":
      return {
        ...facts,
        ...bounds,
        kind: "map",
        key: link("key", need(name, "key", raw.key)),
        value: link("value", need(name, "value", raw.value)),
      };
    case "string": {
      let compiled: RegExp | undefined;
      return {
        ...facts,
        ...bounds,
        kind: "string",
        ...(raw.enum && { values: raw.enum }),
        ...(raw.pattern !== undefined && { pattern: raw.pattern }),
        // On first use: a sandbox that starts needs few of the several hundred patterns.
        get regExp() {
          if (raw.pattern !== undefined) compiled ??= compilePattern(raw.pattern);
          return compiled;
        },
      };
    }
    case "integer":
    case "long":
    case "float":
    case "double":
      return { ...facts, ...bounds, kind: raw.type };
    case "blob":
      return { ...facts, ...bounds, kind: "blob" };
    case "boolean":
    case "timestamp":
      return { ...facts, kind: raw.type };
    default:
      throw new Error(`${name}: unknown type ${raw.type}`);
  }
}

function exceptionFacts(raw: RawShape): ExceptionFacts {
  return {
    fault: raw.fault ?? false,
    ...(raw.error?.httpStatusCode !== undefined && { status: raw.error.httpStatusCode }),
    ...(raw.error?.code !== undefined && { code: raw.error.code }),
  };
}

function parseRawShape(name: string, raw: unknown): RawShape {
  if (typeof raw !== "object" || raw === null || !("type" in raw)) throw new Error(`${name}: not a shape`);
  for (const word of Object.keys(raw)) {
    if (!shapeWords.has(word)) throw new Error(`${name}: uses the unknown word ${word}`);
  }
  return raw as RawShape;
}

function parseProtocol(protocol: string): WireProtocol {
  const known = ["query", "rest-json", "rest-xml", "json"] as const;
  const found = known.find((name) => name === protocol);
  if (found !== undefined) return found;
  throw new Error(`unknown protocol ${protocol}`);
}

function parseLocation(location: string | undefined): Member["location"] {
  if (location === undefined) return "body";
  const known = ["uri", "querystring", "header", "headers"] as const;
  const found = known.find((name) => name === location);
  if (found !== undefined) return found;
  throw new Error(`unknown location ${location}`);
}

function need(name: string, word: string, reference: RawReference | undefined): RawReference {
  if (!reference) throw new Error(`${name}: ${word} is missing`);
  return reference;
}
