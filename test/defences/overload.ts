// Owns the defences against who asks for more than can be served, or for long.
import type { Defence } from "./defence.ts";

const queue = "src/overload/fair_queue.ts";
const queueTest = "test/overload/fair_queue.test.ts";
const shed = "test/provider/accounts/sign_in_shed.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "shares-come-in-turn",
    promise: "Whoever sends much waits behind themselves, not before others.",
    faults: ["I21"],
    file: "src/overload/share_tree.ts",
    find: "      node.parts.delete(name);\n      node.parts.set(name, part);\n",
    replace: "",
    test: queueTest,
  },
  {
    id: "nobody-waits-longer-than-told",
    promise: "What would come to its turn too late is turned away at once.",
    faults: ["I21"],
    file: queue,
    find: "if (this.#waitMs(share) > this.#options.longestWaitMs) throw",
    replace: "if (this.#waitMs(share) < 0) throw",
    test: queueTest,
  },
  {
    id: "a-queue-that-stands-empties",
    promise: "What has waited too long is turned away, even where nothing moves.",
    faults: ["I21"],
    file: queue,
    find: "if (this.#byAge.size === 1) this.#watchAge();",
    replace: "",
    test: queueTest,
  },
  {
    id: "one-network-fills-no-queue",
    promise: "A full queue takes who belongs to a smaller share, and gives up the newest of the largest.",
    faults: ["I21"],
    file: queue,
    find: "const gives = this.#tree.takeForSmaller(share);",
    replace: "const gives = undefined as Waiting | undefined;",
    test: shed,
  },
  {
    id: "no-hash-for-who-has-gone",
    promise: "Nothing is hashed for a browser that has left.",
    faults: ["I21"],
    file: "src/provider/accounts/passwords.ts",
    find: "gone: currentRequest()?.gone?.()",
    replace: "gone: undefined",
    test: shed,
    name: "is given up when its browser leaves",
  },
  {
    id: "turned-away-is-not-tried",
    promise: "A sign-in that was turned away unheard counts against nobody.",
    faults: ["I21"],
    file: "src/provider/accounts/sign_in.ts",
    find: "if (isOverloaded(error)) await refund();",
    replace: "",
    test: shed,
  },
  {
    id: "known-browsers-do-not-wait-behind-strangers",
    promise: "A browser that has signed in before does not wait behind strangers, of however many networks.",
    faults: ["I21"],
    file: "src/provider/accounts/sign_in.ts",
    find: "{ known, account: loginKey }",
    replace: "{ known: known && false, account: loginKey }",
    test: shed,
    name: "goes before strangers",
  },
];
