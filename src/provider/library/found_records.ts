// Owns that a record which a request found is written again only where it still is. The library writes whatever it holds: what
// somebody took back in between would come back with that, with all that was made of it.
import { AsyncLocalStorage } from "node:async_hooks";
import type Provider from "oidc-provider";

interface Model {
  find(...args: unknown[]): Promise<object | undefined>;
  prototype: { save(...args: unknown[]): Promise<unknown> };
}

const writingFound = new AsyncLocalStorage<true>();

/** Whether the record that is being written was found, so that it has to be there still. */
export const isFoundRecord = (): boolean => writingFound.getStore() === true;

/** Has grants and sign-ins under way written so. (Sessions are by session_ids.ts; of the rest none is written twice.) */
export function writeFoundWhereTheyAre(provider: Provider): void {
  for (const model of [provider.Grant, provider.Interaction] as unknown as Model[]) {
    const found = new WeakSet<object>();
    const { find } = model;
    model.find = async function findAndNote(...args) {
      const record = await find.apply(this, args);
      if (record !== undefined) found.add(record);
      return record;
    };
    const { save } = model.prototype;
    model.prototype.save = function saveWhereItIs(...args) {
      const write = () => save.apply(this, args);
      return found.has(this) ? writingFound.run(true, write) : write();
    };
  }
}
