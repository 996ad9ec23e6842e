// Packages that only some ways of using the sandbox need: optional peers, loaded when one of those ways is gone.

/** A package this needs is not installed. */
export class MissingPackageError extends Error {
  override readonly name = "MissingPackageError";
  readonly code = "SANDBOX_PACKAGE_MISSING";
}

/**
 * @param name the package, as `npm install` takes it
 * @param use what needs it; completes "… needs the package"
 * @param load imports it, or a file that does
 * @throws MissingPackageError naming the package and the command that installs it
 */
export async function loadOptional<Module>(
  name: string,
  use: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause;
    throw new MissingPackageError(
      `${use} needs the package ${name}, which is not installed. Install it: npm install ${name}.`,
      { cause },
    );
  }
}

/** Another package that is missing is a fault of the one that imports it. */
function isMissing(cause: unknown, name: string): boolean {
  const { code, message = "" } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
}
