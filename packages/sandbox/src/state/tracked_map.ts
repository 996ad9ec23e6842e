// A Map that tells which of its entries somebody may have changed: those set, deleted or handed out. Entities are changed
// in place, so that handing one out counts; who watches compares, and finds what really changed.

/** Told of an entry that was touched; of all of them when the key is undefined. */
export type OnTouch = (key: string | undefined) => void;

/** See above. Without a watcher it costs one comparison a call. */
export class TrackedMap<Value> extends Map<string, Value> {
  #onTouch: OnTouch | undefined;

  /** Names the one who is told from now on. */
  watch(onTouch: OnTouch): void {
    this.#onTouch = onTouch;
  }

  /** Looks an entry up without touching it. */
  peek(key: string): Value | undefined {
    return super.get(key);
  }

  /** Every key, without touching an entry. */
  override keys(): MapIterator<string> {
    return super.keys();
  }

  override get(key: string): Value | undefined {
    this.#onTouch?.(key);
    return super.get(key);
  }

  override set(key: string, value: Value): this {
    this.#onTouch?.(key);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.#onTouch?.(key);
    return super.delete(key);
  }

  override clear(): void {
    this.#onTouch?.(undefined);
    super.clear();
  }

  override values(): MapIterator<Value> {
    this.#onTouch?.(undefined);
    return super.values();
  }

  override entries(): MapIterator<[string, Value]> {
    this.#onTouch?.(undefined);
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  override forEach(each: (value: Value, key: string, map: Map<string, Value>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }
}
