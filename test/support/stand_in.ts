// Owns a name for what hooks make later, so that a test file can say at its top what all its tests use.

/**
 * Stands for a thing that a hook makes.
 * @param what its name, for whoever asks too early
 * @param find the thing, once it is made
 */
export function standIn<Thing extends object>(what: string, find: () => Thing | undefined): Thing {
  const made = (name: string | symbol): Thing => {
    const thing = find();
    if (thing === undefined) throw new Error(`${what} is asked for ${String(name)} before it is there`);
    return thing;
  };
  return new Proxy({} as Thing, {
    get: (_, name) => Reflect.get(made(name), name),
    set: (_, name, value) => Reflect.set(made(name), name, value),
  });
}
