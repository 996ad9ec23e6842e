// Owns which test files share a process. Node gives each its own, and to read the product's sources anew takes a small
// file longer than its tests: what leaves the process as it was runs together, what changes it runs alone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { changesItsProcess, needsOf } from "./test_files.ts";

/**
 * What takes long: seconds of a processor on a quiet machine, browsers and whatever else it starts counted in. `npm test`
 * ends by naming its slowest files; what takes three seconds and is not told here makes the last process the longest.
 */
export const seconds: Readonly<Record<string, number>> = {
  "test/docs/without_aws_keys.test.ts": 4,
  "test/package/package.test.ts": 40,
  "test/upgrade/previous_release.test.ts": 28,
  "test/security/login_matrix.test.ts": 24,
  "test/security/ended_in_flight.test.ts": 23,
  "test/browser/every_address.test.ts": 20,
  "test/cli/dev.test.ts": 18,
  "test/edge/hostile_input.property.test.ts": 18,
  "test/security/taken_from_whole.test.ts": 18,
  "test/browser/search.test.ts": 16,
  "test/examples/express_isv.test.ts": 16,
  "test/examples/sdks.test.ts": 8,
  "test/onboarding/papers/real_tools.test.ts": 15,
  "test/admin/told_faults.test.ts": 14,
  "test/browser/ways_on.test.ts": 14,
  "test/security/taken_away.test.ts": 14,
  "test/security/login_matrix_on_the_way.test.ts": 13,
  "test/bench/bench.test.ts": 12,
  "test/browser/every_page.test.ts": 12,
  "test/browser/onboarding_tale.test.ts": 12,
  "test/browser/sign_in.test.ts": 12,
  "test/docs/commands.test.ts": 10,
  "test/cut_off_anywhere.test.ts": 9,
  "packages/sandbox/test/gateway/protocol/hostile_operations.test.ts": 8,
  "test/browser/account.test.ts": 8,
  "test/cli/serve.test.ts": 8,
  "test/cli/workers/serve_workers.test.ts": 10,
  "test/provider/links/change_address.test.ts": 8,
  "test/provider/refresh/refresh_faults.test.ts": 8,
  "test/browser/posted_forms.test.ts": 7,
  "packages/sandbox/test/probe/every_probe.test.ts": 5,
  "test/cli/told_faults.test.ts": 7,
  "test/audit/sign_in_events.test.ts": 6,
  "test/db/migrate.test.ts": 6,
  "test/deploy/proxies.test.ts": 6,
  "test/onboarding/papers/hostile_names.property.test.ts": 6,
  "test/provider/storage/plans.test.ts": 6,
  "test/security/deny_walk.test.ts": 6,
  "test/admin/operations/list_plans.test.ts": 5,
  "test/browser/passkeys.test.ts": 5,
  "test/browser/sandbox_page.test.ts": 4,
  "test/browser/portal.test.ts": 5,
  "test/onboarding/papers/setup_script.test.ts": 5,
  "test/provider/device_authorization.test.ts": 5,
  "test/provider/links/invitation.test.ts": 5,
  "test/provider/links/password_reset.test.ts": 5,
  "test/provider/resources/resource_tokens.test.ts": 5,
  "test/audit/every_event.test.ts": 4,
  "test/what_a_start_loads.test.ts": 3,
  "test/browser/console.test.ts": 4,
  "test/browser/docs_site.test.ts": 4,
  "test/browser/planted_cookies.test.ts": 4,
  "test/cli/administration.test.ts": 4,
  "test/console/roles.test.ts": 4,
  "test/db/migrate_killed.test.ts": 4,
  "test/provider/refresh/refresh_grace.test.ts": 4,
  "test/provider/storage/flow_plans.test.ts": 4,
  "test/security/canaries.test.ts": 4,
  "test/security/neighbours_people.test.ts": 4,
  "test/security/session_ids.test.ts": 5,
  "test/security/taken_from_client.test.ts": 4,
  "test/upkeep/move.test.ts": 4,
  "test/cli/people_file.test.ts": 3,
  "test/console/first_start.test.ts": 3,
  "test/console/forms.test.ts": 3,
  "test/console/sign_in.test.ts": 3,
  "test/examples/curl.test.ts": 3,
  "test/provider/accounts/password_cost.test.ts": 3,
  "test/provider/keys/private_members.test.ts": 3,
  "test/runner.test.ts": 3,
  "test/upkeep/postgres_dump.test.ts": 3,
  "test/upkeep/restore.test.ts": 3,
};

/** `npm run check` leaves out what takes longer than this. */
const longSeconds = 5;
/** A process that gets this much costs little by its start, and takes few files along when it hangs or falls. */
const mostSeconds = 60;
/** The last ones are small, so that they end together. */
const leastSeconds = 10;
/** A process of two dozen files that do little of their own still begins by reading them all. */
const mostTogether = 50;

/** Whether a file takes longer than `npm run check` may wait for. */
export const isLong = (file: string): boolean => (seconds[file] ?? 0) > longSeconds;

const secondsOf = (file: string): number => seconds[file] ?? (needsOf(file).processes ? 1.2 : 0.2);

/**
 * Deals files to processes, what takes longest first. Each process gets a share of what is left, so that all who work
 * side by side end at about the same time.
 * @returns the files of each process, in the order to start them; one that changes what all of its process sees is by
 *   itself
 */
export function dealFiles(files: readonly string[]): readonly (readonly string[])[] {
  const sorted = files.toSorted((one, other) => secondsOf(other) - secondsOf(one));
  const alone = sorted.filter(changesItsProcess).map((file) => [file]);
  const dealt = [...alone, ...share(sorted.filter((file) => !changesItsProcess(file)))];
  const cost = (together: readonly string[]) => total(together);
  return dealt.toSorted((one, other) => cost(other) - cost(one));
}

function share(sorted: readonly string[]): string[][] {
  let left = total(sorted);
  const dealt: string[][] = [];
  let mine = 0;
  let wanted = 0;
  for (const file of sorted) {
    const takes = secondsOf(file);
    const last = dealt.at(-1);
    if (last === undefined || mine + takes > wanted || last.length >= mostTogether) {
      dealt.push([file]);
      mine = takes;
      // A sixth of what is left: three work side by side, and each comes again.
      wanted = Math.min(mostSeconds, Math.max(leastSeconds, left / 6));
    } else {
      last.push(file);
      mine += takes;
    }
    left -= takes;
  }
  return dealt;
}

const total = (files: readonly string[]): number => files.reduce((sum, file) => sum + secondsOf(file), 0);

/**
 * Writes what node's runner is to start for some files. It starts them by name, so they are named in order.
 * @param folder where it may write
 * @returns a path for each process
 */
export function writeProcesses(files: readonly string[], folder: string): readonly string[] {
  return dealFiles(files).map((together, index) => {
    const path = join(folder, `process_${String(index + 1).padStart(3, "0")}.mjs`);
    const called = `runTogether(${JSON.stringify(together)});`;
    const module = JSON.stringify(import.meta.resolve("./together.ts"));
    writeFileSync(path, `import { runTogether } from ${module};\n${called}\n`);
    return path;
  });
}
