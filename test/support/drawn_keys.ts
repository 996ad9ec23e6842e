// Owns where the test files of a run take RSA keys from. Making one takes longer than most tests, and every provider that
// starts makes some: `npm test` makes a few dozen, and each process draws from them in turn, so that one comes again only
// after all others. A file run alone, and every program that a test starts, makes its own.
import crypto, { type KeyObject, type RSAKeyPairKeyObjectOptions } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { promisify } from "node:util";

/** Names the file the keys are in; it is gone after the run. */
export const drawnKeys = "TEST_RSA_KEYS";

// More than any store of a test gets.
const howMany = 48;

/**
 * Makes the keys of a run.
 * @param file where they are put
 */
export async function makeKeys(file: string): Promise<void> {
  const make = promisify(crypto.generateKeyPair);
  const made = Array.from({ length: howMany }, () => make("rsa", { modulusLength: 2048 }));
  const texts = (await Promise.all(made)).map(({ privateKey }) =>
    privateKey.export({ format: "pem", type: "pkcs8" }),
  );
  writeFileSync(file, JSON.stringify(texts), { mode: 0o600 });
}

interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

function drawFrom(file: string): void {
  const texts = JSON.parse(readFileSync(file, "utf8")) as string[];
  // Side by side, processes begin at different ones.
  let drawn = process.pid;
  const draw = (): KeyPair => {
    drawn += 1;
    const privateKey = crypto.createPrivateKey(texts[drawn % texts.length] ?? "");
    return { publicKey: crypto.createPublicKey(privateKey), privateKey };
  };
  // Only what was made just so; whatever is asked for otherwise is made.
  const isSuch = (type: string, { modulusLength, publicExponent = 65_537, ...more }: Options = {}): boolean =>
    type === "rsa" && modulusLength === 2048 && publicExponent === 65_537 && Object.keys(more).length === 0;
  const { generateKeyPair, generateKeyPairSync } = crypto;
  const slowly = promisify(generateKeyPair) as (type: string, options: unknown) => Promise<KeyPair>;
  const drawLater = Object.assign(
    (type: string, options: Options, done: (error: Error | null, ...keys: KeyObject[]) => void): void => {
      if (!isSuch(type, options)) Reflect.apply(generateKeyPair, crypto, [type, options, done]);
      else setImmediate(() => done(null, ...Object.values(draw())));
    },
    {
      [promisify.custom]: async (type: string, options: Options) =>
        isSuch(type, options) ? draw() : slowly(type, options),
    },
  );
  const drawNow = (type: string, options: Options): unknown =>
    isSuch(type, options) ? draw() : Reflect.apply(generateKeyPairSync, crypto, [type, options]);
  Object.assign(crypto, { generateKeyPair: drawLater, generateKeyPairSync: drawNow });
  syncBuiltinESMExports();
}

type Options = Partial<RSAKeyPairKeyObjectOptions> & Record<string, unknown>;

const file = process.env[drawnKeys];
const inTestProcess = process.env["NODE_TEST_CONTEXT"]?.startsWith("child") === true;
if (inTestProcess && file !== undefined) drawFrom(file);
