// Owns the program that administers while a soak runs: it makes, changes, shuts and erases people and invites others, and
// keeps a ledger of what was acknowledged.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { thisRelease } from "./instance.ts";
import type { Soak } from "./relying_party.ts";
import { administer, tenant } from "./site.ts";
import { type Answer, lacksTime, noAnswer, type Tried, tryHonestly } from "./wire.ts";

/** How the ledger and the store word a person. */
export const stateOfPerson = (name: string, disabled: boolean): string =>
  `${disabled ? "disabled" : "enabled"} ${name}`;

// A call goes to an instance that runs; whoever gets no answer asks another.
function call(soak: Soak, method: string, path: string, body?: unknown, key?: string): Promise<Tried> {
  const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
  return tryHonestly(async () => {
    const running = [...soak.site.instances.values()].filter((one) => one.running());
    const one = running[Math.floor(Math.random() * running.length)];
    if (one === undefined) return nobody;
    const answer = await administer(soak.site, one.adminUrl, method, path, body, headers);
    if (lacksTime(answer) && one.release === thisRelease) wordless(soak, `${method} ${path}`, answer);
    // The first of two equal calls is under way at another instance, or was when that was killed.
    return answer.body["error"] === "repeat_in_progress" ? nobody : answer;
  });
}

function wordless(soak: Soak, doing: string, { status, text, requestId }: Answer): void {
  const answer = `no Retry-After: ${text.slice(0, 200)}`;
  soak.recorder.note({ kind: "unclear answer", doing, status, answer, requestId });
}

const nobody: Answer = { status: noAnswer, requestId: undefined, headers: new Headers(), text: "", body: {} };

/** Makes, changes, shuts and erases people, and notes what was acknowledged. */
export async function administerPeople(soak: Soak, who: number, pauseMs: number): Promise<void> {
  for (let round = 0; !soak.isOver(); round += 1) {
    await onePerson(soak, `${who}-${round}`, round);
    await sleep(pauseMs);
  }
}

async function onePerson(soak: Soak, name: string, round: number): Promise<void> {
  const email = `made-${name}@acme.example`;
  const made = await call(
    soak,
    "POST",
    "/v1/users",
    { email, name, memberships: [{ tenantId: tenant }] },
    randomUUID(),
  );
  const id = String(made.answer.body["id"]);
  if (!acknowledged(soak, "making a person", made, [201])) return;
  wrote(soak, made, id, stateOfPerson(name, false), "account.created");
  if (round % 2 === 0) {
    const other = `${name} renamed`;
    const changed = await call(soak, "PATCH", `/v1/users/${id}`, { name: other });
    if (!acknowledged(soak, "a change of name", changed, [200])) return unsure(soak, id);
    wrote(soak, changed, id, stateOfPerson(other, false), "account.name_set");
    if (round % 4 === 0) {
      const shut = await call(soak, "POST", `/v1/users/${id}/disable`);
      if (!acknowledged(soak, "disabling", shut, [200])) return unsure(soak, id);
      wrote(soak, shut, id, stateOfPerson(other, true), "account.disabled");
    }
  }
  if (round % 3 === 0) {
    const erased = await call(soak, "DELETE", `/v1/users/${id}`);
    // Where the answer to the first was lost, the second finds nobody.
    if (!acknowledged(soak, "erasing", erased, erased.attempts > 1 ? [200, 404] : [200]))
      return unsure(soak, id);
    wrote(soak, erased, id, "gone", "account.deleted");
  }
}

// Asked for and never acknowledged: either is right.
const unsure = (soak: Soak, id: string): void =>
  soak.recorder.note({ kind: "write", thing: `account ${id}`, state: undefined, requestId: undefined });

function acknowledged(soak: Soak, doing: string, { answer }: Tried, statuses: readonly number[]): boolean {
  if (statuses.includes(answer.status)) return true;
  const { status, text, requestId } = answer;
  soak.recorder.note({ kind: "unclear answer", doing, status, answer: text.slice(0, 300), requestId });
  return false;
}

function wrote(soak: Soak, { answer, attempts }: Tried, id: string, state: string, event: string): void {
  const { requestId } = answer;
  soak.recorder.count("administrative write");
  soak.recorder.note({ kind: "write", thing: `account ${id}`, state, requestId });
  soak.recorder.note({ kind: "act", event, accountId: id, requestId, byRequest: attempts === 1 });
}

/** Invites people by mail. */
export async function invite(soak: Soak, pauseMs: number): Promise<void> {
  for (let round = 0; !soak.isOver(); round += 1) {
    const email = `invited-${round}@acme.example`;
    const body = { email, name: `Invited ${round}`, tenantId: tenant };
    const invited = await call(soak, "POST", "/v1/invitations", body, randomUUID());
    if (acknowledged(soak, "an invitation", invited, [201])) {
      soak.recorder.count("invitation");
      soak.recorder.note({ kind: "mail", address: email, requestId: invited.answer.requestId });
    }
    await sleep(pauseMs);
  }
}

/** Has the next signing key sign sooner. */
export async function rotate(soak: Soak, pauseMs: number): Promise<void> {
  while (!soak.isOver()) {
    await sleep(pauseMs);
    const rotated = await call(soak, "POST", "/v1/keys/rotate", {});
    // 409: the schedule rotated at that very moment.
    if (acknowledged(soak, "a rotation", rotated, [200, 409])) soak.recorder.count("rotation asked for");
  }
}
