// Owns what `tti --help` shows: every command, written from the commands themselves. A first word that has several
// actions says here what it is about; one that stands for itself says so in its own summary.
import type { Command } from "./command.ts";
import { type CommandWord, commandLoaders } from "./commands/index.ts";

const sections = ["Try it", "Run it", "Administer it", "Use it"] as const;

/** Where each first word stands in the list, and what its actions have in common. */
const places: Readonly<Record<CommandWord, { section: (typeof sections)[number]; about?: string }>> = {
  dev: { section: "Try it" },
  sandbox: { section: "Try it" },
  serve: { section: "Run it" },
  migrate: { section: "Run it", about: "the database's schema" },
  backup: { section: "Run it" },
  restore: { section: "Run it" },
  store: { section: "Run it", about: "the whole store: to PostgreSQL, and what to do once it was restored" },
  key: { section: "Run it", about: "the signing keys" },
  doctor: { section: "Run it" },
  tenant: { section: "Administer it", about: "your customers" },
  user: { section: "Administer it", about: "the people who sign in, and the tenants they belong to" },
  member: { section: "Administer it", about: "a member's role in a tenant; who no longer belongs to it" },
  session: { section: "Administer it", about: "the browsers in which a user is signed in" },
  grant: { section: "Administer it", about: "what applications hold of a user" },
  passkey: { section: "Administer it", about: "the passkeys a user signs in with" },
  domain: { section: "Administer it", about: "the domains they have proven" },
  client: { section: "Administer it", about: "the applications that sign them in" },
  resource: { section: "Administer it", about: "your own APIs, and who may ask for tokens for them" },
  accessor: { section: "Administer it", about: "what each customer handed over at AWS" },
  onboard: {
    section: "Administer it",
    about: "papers for AWS and a customer's administrator; what they send back",
  },
  offboard: { section: "Administer it" },
  mail: { section: "Administer it", about: "the outbox: mail that waits, failed, or was sent" },
  admin: { section: "Administer it", about: "who administers the installation, in which role" },
  credential: { section: "Administer it", about: "keys by which programs administer" },
  audit: { section: "Administer it", about: "who did what, and the proof that nobody changed it" },
  token: { section: "Use it" },
  search: { section: "Use it" },
  credentials: { section: "Use it" },
};

/** Columns of the whole, and of what is typed. */
const width = 92;
const typedWidth = 26;

/** Every command, by sections, as the help text lists them. Loads them all. */
export async function listCommands(): Promise<string> {
  const words = Object.keys(places) as CommandWord[];
  const lines = await Promise.all(words.map(async (word) => [word, await linesOf(word)] as const));
  return sections
    .map((section) => {
      const own = lines.filter(([word]) => places[word].section === section);
      return [section, ...own.flatMap(([, told]) => told)].join("\n");
    })
    .join("\n\n");
}

async function linesOf(word: CommandWord): Promise<string[]> {
  const commands = (await commandLoaders[word]()).filter(({ name }) => name.split(" ")[0] === word);
  const about = places[word].about ?? summaryOf(word, commands);
  const typed = typedLines(word, actionsOf(commands));
  const last = typed.at(-1) ?? "";
  if (typed.length === 1 && last.length < typedWidth) return [`  ${last.padEnd(typedWidth)}${about}`];
  return [...typed.map((line) => `  ${line}`), `  ${"".padEnd(typedWidth)}${about}`];
}

function summaryOf(word: string, commands: readonly Command[]): string {
  return commands.find(({ name }) => name === word)?.summary ?? "";
}

/** The second words; in brackets where the first does something by itself. */
function actionsOf(commands: readonly Command[]): string[] {
  const actions = commands.flatMap(({ name }) => name.split(" ").slice(1));
  const standsAlone = commands.some(({ name }) => !name.includes(" "));
  return standsAlone && actions.length > 0 ? [`[${actions.join("|")}]`] : actions;
}

// A word with its actions, broken before an action where the line would be too long.
function typedLines(word: string, actions: readonly string[]): string[] {
  const lines: string[] = [];
  for (const [index, action] of actions.entries()) {
    const end = index === actions.length - 1 ? action : `${action}|`;
    const line = lines.at(-1) ?? `${word} `;
    if (line.length + end.length + 2 <= width) lines[Math.max(0, lines.length - 1)] = line + end;
    else lines.push(" ".repeat(word.length + 1) + end);
  }
  return actions.length === 0 ? [word] : lines;
}
