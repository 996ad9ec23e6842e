// Owns what a caller who is bound to one tenant is told of people, whichever operation answers: who they are there, and
// nothing that another tenant knows, not even that somebody is.
import type { Database } from "../../db/connect.ts";
import { listSaidInTenant } from "../../provider/tenants/membership_store.ts";
import { addressIn, nameIn, type Said } from "../../provider/tenants/person_in_tenant.ts";
import { noMemberOf } from "../administrators/tenant_bound.ts";
import { resolveUser, type User } from "./user_view.ts";

/**
 * Asserts that the person an operation names (`user`) is a member of the caller's tenant. It is asked before anything else
 * of the person is: what they are elsewhere must make no difference.
 * @param tenantId the tenant the caller is bound to; undefined: to none
 * @throws OperationError account_not_found, not_a_member: one answer, by `failedWithin`
 */
export async function assertNamesMember(
  db: Database,
  tenantId: string | undefined,
  { user }: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (tenantId === undefined || typeof user !== "string") return;
  const { id } = await resolveUser(db, user);
  if (!(await listSaidInTenant(db, tenantId, [id])).has(id)) throw noMemberOf(tenantId);
}

/**
 * What a caller who is bound to a tenant is told: of people, the address, the name and the membership there. Of who is a
 * member no longer, what an account made here says itself.
 */
export async function toldWithin<Answer>(
  db: Database,
  tenantId: string | undefined,
  answer: Answer,
): Promise<Answer> {
  if (tenantId === undefined) return answer;
  const ids = [...usersIn(answer)].map(({ id }) => id);
  const said = await listSaidInTenant(db, tenantId, ids);
  return narrowed(answer, { tenantId, said }) as Answer;
}

interface There {
  tenantId: string;
  said: ReadonlyMap<string, Said>;
}

function* usersIn(told: unknown): Generator<User> {
  if (typeof told !== "object" || told === null) return;
  if (isUser(told)) yield told;
  for (const value of Object.values(told)) yield* usersIn(value);
}

function narrowed(told: unknown, there: There): unknown {
  if (Array.isArray(told)) return told.map((one) => narrowed(one, there));
  if (typeof told !== "object" || told === null) return told;
  const own = isUser(told) ? personThere(told, there) : told;
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      name,
      name === "memberships" && Array.isArray(value)
        ? value.filter((one) => Reflect.get(Object(one), "tenantId") === there.tenantId)
        : narrowed(value, there),
    ]),
  );
}

function personThere(user: User, { said }: There): User {
  const membership = said.get(user.id);
  return { ...user, email: addressIn(user, membership), name: nameIn(user, membership) };
}

const isUser = (told: object): told is User =>
  "id" in told && "memberships" in told && Array.isArray(told.memberships);
