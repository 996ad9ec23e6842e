// A script of the papers run as the demo runs it: to its end, with what it printed; and nobody else on the machine asks the
// local AWS through it.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { startAwsCommand } from "../../src/cli/dev/aws_command.ts";
import { runInCloudShell } from "../../src/cli/dev/cloud_shell.ts";
import { setupScript } from "../../src/onboarding/papers/setup_script.ts";
import {
  administratorOf,
  exampleCustomer,
  idcRegion,
  startCustomerAws,
} from "../onboarding/papers/papers_world.ts";
import { hasBash } from "../support/bash.ts";

describe("the demo's CloudShell", { skip: hasBash() ? false : "no bash here" }, () => {
  it("runs a script in the region it was opened in, and tells what it printed and how it ended", async (t) => {
    const sandbox = await startCustomerAws(t);
    const at = { url: sandbox.url, credentials: administratorOf(sandbox) };
    const stopped = await runInCloudShell(setupScript(exampleCustomer()), { ...at, region: idcRegion });
    // The customer's application is in another region.
    assert.equal(stopped.exitCode, 1);
    assert.match(stopped.output, /^Account 444455556666; Identity Center in eu-central-1/);
    assert.match(stopped.output, /Stopped: there is no Amazon Q Business application in eu-central-1\n/);
    const told = await runInCloudShell("echo $AWS_REGION", { ...at, region: "eu-west-1" });
    assert.deepEqual(told, { exitCode: 0, output: "eu-west-1\n" });
  });

  it("asks for nobody who does not know its key", async (t) => {
    const sandbox = await startCustomerAws(t);
    const calls: (readonly string[])[] = [];
    const aws = await startAwsCommand({
      url: sandbox.url,
      credentials: administratorOf(sandbox),
      onCall: (words) => calls.push(words),
    });
    t.after(() => aws.close());
    const words = ["sts", "get-caller-identity", "--region", "us-east-1", "--query", "Account"];
    const ask = (key: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(aws.environment["TTI_AWS_PORT"]), "127.0.0.1");
        let read = "";
        socket.on("data", (chunk) => {
          read += String(chunk);
        });
        socket.on("error", reject);
        socket.on("close", () => resolve(read));
        socket.write([key, String(words.length), ...words, ""].join("\0"));
      });
    assert.equal(await ask("a guess"), "");
    assert.equal(calls.length, 0);
    assert.equal(await ask(aws.environment["TTI_AWS_KEY"] ?? ""), "0\n444455556666\n");
  });
});
