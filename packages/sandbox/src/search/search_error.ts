// The one error the search engine throws for input AWS would answer with a ValidationException.
// It knows field names and fixes; the caller maps it to the wire.

/** One faulty field, in the shape of a Q Business `ValidationExceptionField`. */
export interface FaultyField {
  /** Path in the request or document, e.g. `attributeFilter.andAllFilters[1].equalsTo`. */
  readonly name: string;
  /** What is wrong with the value, and what would be right. */
  readonly message: string;
  /** The switch that set the limit, when one did; stays off the wire. */
  readonly limit?: string;
}

/** Input the search engine refuses; `code` and `reason` are the ones Q Business puts on the wire. */
export class SearchValidationError extends Error {
  readonly code = "ValidationException";
  readonly reason = "FIELD_VALIDATION_FAILED";
  readonly fields: readonly FaultyField[];

  constructor(fields: readonly FaultyField[]) {
    super(fields.map((field) => `${field.name}: ${field.message}`).join("; "));
    this.name = "SearchValidationError";
    this.fields = fields;
  }
}

/** Throws a {@link SearchValidationError} for one field. */
export function refuseField(name: string, message: string, limit?: string): never {
  throw new SearchValidationError([{ name, message, ...(limit === undefined ? {} : { limit }) }]);
}
