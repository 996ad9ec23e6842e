// Owns how a command is typed in another terminal than the one `tti dev` runs in: in the same folder, with the settings that were
// given here.

/** What another terminal has to be told. */
export interface OtherTerminal {
  /** Changes to the folder. */
  folder: string;
  /** What every command begins with: the settings that were given, and the program. */
  tti: string;
  /** Names of the secrets that were given, which are not printed. */
  unprinted: readonly string[];
}

/**
 * Says what another terminal has to be told.
 * @param given settings as they were given, by name; a secret's value is undefined
 * @param folder where `tti dev` was started
 */
export function otherTerminal(
  given: Readonly<Record<string, string | undefined>>,
  folder: string,
): OtherTerminal {
  const settings = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  );
  return {
    folder: `cd '${folder.replaceAll("'", "'\\''")}'`,
    tti: [...settings, "npx --no tti"].join(" "),
    unprinted: Object.keys(given).filter((name) => given[name] === undefined),
  };
}

// As a POSIX shell reads it back, letter by letter.
const quoted = (value: string): string =>
  /^[\w./:@,+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
