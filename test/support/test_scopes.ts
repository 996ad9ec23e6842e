// Owns how node's test runner knows which test a line belongs to. Its own way is a hook on every promise, which takes a
// fifth of a processor from a suite that lives on promises; since Node.js 24 an AsyncLocalStorage tells the same without
// one. To be imported before anything imports node:test; what it replaces is back in its place afterwards.
import hooks, { AsyncLocalStorage } from "node:async_hooks";

type Init = (asyncId: number, type: string, triggerAsyncId: number, resource: object) => void;

async function tellTestsByStorage(): Promise<void> {
  const { AsyncResource, createHook, executionAsyncId } = hooks;
  const running = new AsyncLocalStorage<number>();
  let made: Init | undefined;

  // The runner's tests and hooks are such resources; it notes each as it is made, and asks later which one is running.
  class Scope extends AsyncResource {
    constructor(...words: ConstructorParameters<typeof AsyncResource>) {
      super(...words);
      made?.(this.asyncId(), words[0], 0, this);
    }

    override runInAsyncScope<This, Result>(
      run: (this: This, ...args: unknown[]) => Result,
      self?: This,
      ...args: unknown[]
    ): Result {
      return super.runInAsyncScope(() =>
        running.run(this.asyncId(), () => Reflect.apply(run, self as This, args)),
      );
    }
  }

  const noHook = { enable: () => noHook, disable: () => noHook };
  const ours = {
    AsyncResource: Scope,
    createHook(callbacks: { init: Init }) {
      made = callbacks.init;
      return noHook;
    },
    executionAsyncId: () => running.getStore() ?? 0,
  };
  Object.assign(hooks, ours);
  await import("node:test");
  Object.assign(hooks, { AsyncResource, createHook, executionAsyncId });
}

const inTestProcess = process.env["NODE_TEST_CONTEXT"]?.startsWith("child") === true;
if (inTestProcess && Number.parseInt(process.versions.node, 10) >= 24) await tellTestsByStorage();
