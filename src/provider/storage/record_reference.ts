// Owns how a record is named whose id nobody here knows: by the hash that stands in the store. Pure. Who presents such a name
// from outside names nothing: ids from outside are hashed first, so it is taken in a few places of our own only.
const mark = "stored:";

/** The name of a record, by the hash of its id. */
export function referenceTo(idHash: string): string {
  return mark + idHash;
}

/** The hash in a name; undefined for what is none. */
export function hashInReference(reference: string): string | undefined {
  return reference.startsWith(mark) ? reference.slice(mark.length) : undefined;
}
