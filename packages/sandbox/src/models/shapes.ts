// The types of a loaded AWS service model: operations, and shapes linked to one another.
// It owns no rule: load.ts builds these values, validate.ts and protocol/ read them.

/** The services the sandbox answers, by the name of their model file. */
export const serviceNames = [
  "sts",
  "sso-oidc",
  "sso-admin",
  "identitystore",
  "qbusiness",
  "iam",
  "kms",
  "cloudtrail",
  "s3",
  "s3control",
  "sso",
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** The wire protocols those services speak. */
export type WireProtocol = "query" | "rest-json" | "rest-xml" | "json";

/** One member of a structure, or the element, key or value of a list or map. */
export interface Member {
  /** The name operations use: the member's name in the model. */
  readonly name: string;
  /** The name on the wire (`locationName`); the member's own name where the model gives none. */
  readonly wireName: string;
  /**
   * Where a REST request or answer carries it; `body` where the model says nothing. `headers`: each entry of a map, under
   * the wire name as prefix.
   */
  readonly location: "body" | "uri" | "querystring" | "header" | "headers";
  /** True where SDK and CLI fill an idempotency token. */
  readonly idempotencyToken: boolean;
  readonly target: Shape;
}

interface ShapeFacts {
  readonly name: string;
  /** True for values that never belong in a message or a log. */
  readonly sensitive: boolean;
}

/** Bounds on a length, an element count or a number; both inclusive. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** What the model says about a structure that is thrown. */
export interface ExceptionFacts {
  /** HTTP status; undefined where the model is silent (sso-admin, identitystore, kms, cloudtrail). */
  readonly status?: number;
  /** The code on the wire where it differs from the shape's name (query services). */
  readonly code?: string;
  /** True for the service's own failures. */
  readonly fault: boolean;
}

export interface StructureShape extends ShapeFacts {
  readonly kind: "structure";
  readonly members: ReadonlyMap<string, Member>;
  readonly required: readonly string[];
  /** Exactly one member must be present. */
  readonly union: boolean;
  /** Any JSON value, e.g. a policy document. */
  readonly document: boolean;
  /** The member that is the whole body (rest-xml). */
  readonly payload?: string;
  readonly exception?: ExceptionFacts;
}

export interface ListShape extends ShapeFacts, Bounds {
  readonly kind: "list";
  /** Elements stand without one around them (rest-xml). */
  readonly flattened: boolean;
  readonly member: Member;
}

export interface MapShape extends ShapeFacts, Bounds {
  readonly kind: "map";
  readonly key: Member;
  readonly value: Member;
}

export interface StringShape extends ShapeFacts, Bounds {
  readonly kind: "string";
  /** The pattern as AWS ships it, for messages. */
  readonly pattern?: string;
  /** The same, anchored and compiled. */
  readonly regExp: RegExp | undefined;
  readonly values?: readonly string[];
}

export interface NumberShape extends ShapeFacts, Bounds {
  readonly kind: "integer" | "long" | "float" | "double";
}

export interface BlobShape extends ShapeFacts, Bounds {
  readonly kind: "blob";
}

export interface PlainShape extends ShapeFacts {
  readonly kind: "boolean" | "timestamp";
}

export type Shape =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | NumberShape
  | BlobShape
  | PlainShape;

/** One operation of a service. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** The request path's template, query string included, as the model has it. */
  readonly requestUri: string;
  /** Status of an answer; 200 where the model says nothing. */
  readonly status: number;
  readonly input?: StructureShape;
  readonly output?: StructureShape;
  /** Query protocol: the element around the output's members. */
  readonly resultWrapper?: string;
  /** The names of the modelled errors. */
  readonly errors: readonly string[];
}

/** One AWS service as data. */
export interface ServiceModel {
  readonly service: ServiceName;
  /** The botocore file the data was taken from. */
  readonly source: string;
  readonly protocol: WireProtocol;
  readonly apiVersion: string;
  /** The name in the SigV4 credential scope. */
  readonly signingName: string;
  /** Prefix of `X-Amz-Target`; json services only. */
  readonly targetPrefix?: string;
  readonly xmlNamespace?: string;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly shapes: ReadonlyMap<string, Shape>;
}
