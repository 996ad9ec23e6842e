// Owns in which order those who wait come to their turn: shares in turn, and within a share its parts in turn, so that whoever
// sends much waits behind themselves and not before others. Pure: no clock, no work.

/** Where somebody belongs: the widest share first (a network), then its parts (an application of it). */
export type SharePath = readonly string[];

interface Node<Item> {
  /** How many wait below. */
  size: number;
  /** Those whose turn comes first stand first. */
  parts: Map<string, Node<Item>>;
  /** Who waits right here, first come first. */
  items: Set<Item>;
}

const emptyNode = <Item>(): Node<Item> => ({ size: 0, parts: new Map(), items: new Set() });

/** Those who wait. All paths of a tree are of one length. */
export class ShareTree<Item> {
  readonly #root: Node<Item> = emptyNode();

  get size(): number {
    return this.#root.size;
  }

  /** Puts somebody behind the others of their share. */
  add(path: SharePath, item: Item): void {
    let node = this.#root;
    node.size += 1;
    for (const name of path) {
      let part = node.parts.get(name);
      if (part === undefined) {
        part = emptyNode();
        node.parts.set(name, part);
      }
      part.size += 1;
      node = part;
    }
    node.items.add(item);
  }

  /** Takes out who waits no longer. */
  remove(path: SharePath, item: Item): void {
    const way = this.#wayTo(path);
    if (way?.at(-1)?.items.delete(item) !== true) return;
    for (const node of way) node.size -= 1;
    this.#drop(path, way);
  }

  /**
   * Takes whose turn it is; their shares come to their next turn behind all others.
   * @param mayCome whether a widest share may have one more; those that may not are passed over
   */
  takeNext(mayCome: (widest: string) => boolean = () => true): Item | undefined {
    if (this.#root.size === 0) return undefined;
    const path: string[] = [];
    const way = [this.#root];
    let node = this.#root;
    for (;;) {
      const first =
        node === this.#root
          ? [...node.parts].find(([name]) => mayCome(name))
          : node.parts.entries().next().value;
      if (first === undefined) break;
      const [name, part] = first;
      node.parts.delete(name);
      node.parts.set(name, part);
      path.push(name);
      way.push(part);
      node = part;
    }
    const [item] = node.items;
    if (item === undefined) return undefined;
    node.items.delete(item);
    for (const one of way) one.size -= 1;
    this.#drop(path, way);
    return item;
  }

  /** How many come to their turn before somebody who came now, at most. */
  countAhead(path: SharePath): number {
    const way = [this.#root];
    for (const name of path) {
      const part = way.at(-1)?.parts.get(name);
      if (part === undefined) break;
      way.push(part);
    }
    // In a share there are none before who is the first of it.
    let ahead = way.length === path.length + 1 ? (way.at(-1)?.size ?? 0) : 0;
    for (let level = Math.min(way.length, path.length) - 1; level >= 0; level -= 1) {
      const own = way[level + 1];
      let others = 0;
      for (const part of way[level]?.parts.values() ?? [])
        if (part !== own) others += Math.min(part.size, ahead + 1);
      ahead += others;
    }
    return ahead;
  }

  /**
   * Takes out the newest of the share that holds the most, for somebody of a smaller one.
   * @returns undefined where the newcomer's own share holds as much as any: then nobody has to give way
   */
  takeForSmaller(path: SharePath): Item | undefined {
    const found: string[] = [];
    let node = this.#root;
    let differs = false;
    for (let level = 0; ; level += 1) {
      let [name, part] = largestOf(node);
      if (name === undefined || part === undefined) break;
      if (!differs) {
        const own = node.parts.get(path[level] ?? "");
        if (part.size > (own?.size ?? 0) + 1) differs = true;
        // Of shares that hold as much, the newcomer's own is the one to look into.
        else if (own === undefined) return undefined;
        else [name, part] = [path[level] ?? "", own];
      }
      found.push(name);
      node = part;
    }
    if (!differs) return undefined;
    const item = [...node.items].at(-1);
    if (item !== undefined) this.remove(found, item);
    return item;
  }

  #wayTo(path: SharePath): Node<Item>[] | undefined {
    const way = [this.#root];
    for (const name of path) {
      const part = way.at(-1)?.parts.get(name);
      if (part === undefined) return undefined;
      way.push(part);
    }
    return way;
  }

  // What is empty takes no memory: names come from outside.
  #drop(path: SharePath, way: readonly Node<Item>[]): void {
    for (let level = path.length - 1; level >= 0; level -= 1) {
      if (way[level + 1]?.size === 0) way[level]?.parts.delete(path[level] ?? "");
    }
  }
}

function largestOf<Item>(node: Node<Item>): [name: string | undefined, part: Node<Item> | undefined] {
  let found: [string | undefined, Node<Item> | undefined] = [undefined, undefined];
  for (const entry of node.parts) if (entry[1].size > (found[1]?.size ?? 0)) found = entry;
  return found;
}
