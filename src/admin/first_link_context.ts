// Owns what the one-time link of the first start opens: the context of operations of whoever holds it. Its right is the link
// itself, which is asked of the store at every question, and used up by the transaction that makes the owner.
import { OperationError } from "../errors.ts";
import { firstLinkStands, useFirstLink } from "./administrators/first_link_store.ts";
import { adminOwn } from "./administrators/roles.ts";
import type { OperationContext } from "./operations/operation.ts";

/**
 * Makes the context of whoever holds a link. What is done in it must make its answer's `id` an owner, or is taken back.
 * @param base everything that does not depend on who asks
 * @param secret what the link carries
 */
export function contextForFirstLink<Base extends Omit<OperationContext, "actor" | "may">>(
  base: Base,
  secret: string,
): Base & Pick<OperationContext, "actor" | "may" | "settled"> {
  return {
    ...base,
    actor: "first-start",
    async may(permission, db) {
      await assertFirstLinkStands({ db, clock: base.clock }, secret);
      return permission === adminOwn;
    },
    async settled(trx, answer) {
      const { id: ownerId } = answer as { id: string };
      if (!(await useFirstLink(trx, secret, { ownerId, nowMs: base.clock().getTime() }))) throw over();
    },
  };
}

/**
 * Asserts that a link counts now.
 * @throws OperationError first_link_over: unknown, used, too old, or there is an owner; which of them is not told
 */
export async function assertFirstLinkStands(
  { db, clock }: Pick<OperationContext, "db" | "clock">,
  secret: string,
): Promise<void> {
  if (!(await firstLinkStands(db, secret, clock().getTime()))) throw over();
}

function over(): OperationError {
  return new OperationError(
    "first_link_over",
    "It was used, is older than an hour, or somebody owns this installation already.",
    {
      fix: "While nobody does, the next start of tti serve prints another; tti admin create --role owner makes an owner at any time.",
    },
  );
}
