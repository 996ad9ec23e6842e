// The defences of the demo that `tti dev` runs: whoever tries the product has a browser in which other sites are open, and a
// machine on which others are.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "the-demo-acts-for-no-other-site",
    promise: "The demo lets a customer in, or ends one, only by a form of its own page.",
    file: "src/demo/tale_routes.ts",
    find: 'if (!sameText(form.get("csrf") ?? "", csrfToken)) {',
    replace: "if (false) {",
    test: "test/cli/tale.test.ts",
  },
  {
    id: "the-demos-shell-asks-for-itself",
    promise:
      "The demo's CloudShell asks the local AWS for its own script, and for nobody else on the machine.",
    file: "src/cli/dev/aws_command.ts",
    find: "if (said !== key) return void socket.destroy();",
    replace: "",
    test: "test/cli/cloud_shell.test.ts",
  },
  {
    id: "the-demo-brings-nobody-back",
    promise: "A restart of the demo brings back nothing of a customer who was ended.",
    file: "src/cli/dev/seed_provider.ts",
    find: "if (open.has(id)) changes +=",
    replace: "changes +=",
    test: "test/cli/tale.test.ts",
  },
  {
    id: "the-demo-searches-for-nobody-who-left",
    promise:
      "The demo asks at each search what a customer has handed over: who left is searched no more, whatever AWS gave.",
    file: "src/demo/visitor.ts",
    find: "const connection = await this.#settings.connectionOf(this.tenantId);\n      this.#recorder",
    replace:
      "const connection =\n        this.#accessor?.connection ?? (await this.#settings.connectionOf(this.tenantId));\n      this.#recorder",
    test: "test/browser/onboarding_tale.test.ts",
  },
  {
    id: "the-demo-keeps-out-of-installations",
    promise:
      "The demo, whose people have a printed password, gets into no installation: it refuses the settings of one before it opens anything.",
    file: "src/cli/commands/dev.ts",
    find: "    assertOwnPlace(settings);\n",
    replace: "",
    test: "test/cli/dev.test.ts",
    name: "is refused for",
  },
];
