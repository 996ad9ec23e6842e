// Owns how an account is named so that its id is meant and nothing else: an id of the ISV's own may be what another
// signs in with. Pure.
const prefix = "id:";

/** The id in a name of the form `id:VALUE`; undefined: the name is of another form. No address holds a colon. */
export function idIn(name: string): string | undefined {
  return name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : undefined;
}

/** The name by which an account of this id is meant whoever else there is. Ids that can be nothing else stay as they are. */
export function nameOfId(id: string): string {
  return id.includes("@") || id.startsWith(prefix) ? `${prefix}${id}` : id;
}
