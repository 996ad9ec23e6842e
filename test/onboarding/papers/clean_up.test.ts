// What a customer is given when it leaves: which scripts, filled with what, and what the page says of each. That the scripts
// remove what was made: setup_script.test.ts.
import assert from "node:assert/strict";
import { it } from "node:test";
import { cleanUpFiles, type ForgottenAccessor } from "../../../src/onboarding/papers/clean_up.ts";
import { exampleCustomer } from "./papers_world.ts";

const accessor = (name: string, changes: Partial<ForgottenAccessor> = {}): ForgottenAccessor => ({
  ...{ name, method: "tti", qRegion: "eu-west-1", idcRegion: "eu-central-1" },
  applicationId: `${name}-application`,
  retrieverId: "66666666-7777-4888-8999-000000000000",
  idcApplicationArn: `arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/${name}`,
  ...changes,
});
const filesOf = (forgotten: readonly ForgottenAccessor[], enabled = false, customer = exampleCustomer()) =>
  new Map(cleanUpFiles(customer, { enabled, forgotten }).map((file) => [file.path, file]));
const pageOf = (...given: Parameters<typeof filesOf>) => filesOf(...given).get("README.md")?.content ?? "";

it("a script for each accessor by tokens, each takes away and is run", () => {
  const files = filesOf([accessor("one"), accessor("One")]);
  assert.deepEqual([...files.keys()], ["README.md", "README.html", "clean-up.sh", "clean-up-2.sh"]);
  for (const [path, name] of Object.entries({ "clean-up.sh": "one", "clean-up-2.sh": "One" })) {
    assert.equal(files.get(path)?.executable, true);
    assert.match(files.get(path)?.content ?? "", new RegExp(`^APPLICATION_ID='${name}-application'$`, "m"));
    assert.match(files.get(path)?.content ?? "", /^UNDO='yes'$/m);
  }
});

it("what nobody told us of is looked up by the script", () => {
  const script = filesOf([]).get("clean-up.sh")?.content ?? "";
  assert.match(script, /^APPLICATION_ID=''$/m);
  assert.match(script, /^TENANT='acme'$/m);
  assert.match(pageOf([]), /No data accessor of yours is known to us/);
});

it("an accessor by authorization code has no script, and is named for the hand", () => {
  const page = pageOf([accessor("code", { method: "auth-code" })]);
  assert.match(page, /by authorization code[^\n]*application\/ssoins-1234567890abcdef\/code/);
  assert.doesNotMatch(
    filesOf([accessor("code", { method: "auth-code" })]).get("clean-up.sh")?.content ?? "",
    /code-application/,
  );
});

it("says what remains where, and what a tenant that stays enabled still gives", () => {
  for (const words of [
    "The audit trail",
    "CloudTrail",
    "tti tenant delete",
    "tti user delete",
    "disassociate-permission",
  ]) {
    assert.ok(pageOf([]).includes(words), words);
  }
  assert.match(pageOf([]), /is switched off: nobody signs in/);
  assert.doesNotMatch(pageOf([]), /still sign in/);
  assert.match(pageOf([], true), /still sign in[^\n]*get ID tokens that name/);
});

it("a name is text in page and script", () => {
  const customer = exampleCustomer({ id: "acme", name: "<b>$(id)\n# x" }, { displayName: "<i>'; id #" });
  const files = filesOf([accessor("one")], true, customer);
  assert.doesNotMatch(files.get("README.html")?.content ?? "", /<b>\$|<i>'/);
  assert.match(files.get("clean-up.sh")?.content ?? "", /^SUPPLIER='<i>'\\''; id #'$/m);
});
