// Owns the seed from which property tests draw: one a run, printed, so that what failed can be drawn again. Importing
// this file is enough for fast-check; what draws by itself takes the number.
import fc from "fast-check";

// The same for every push, so that a change fails by its own fault; the nightly workflow sets the date.
const usualSeed = 20_251_125;

/** The seed of this run: TTI_PROPERTY_SEED, else always the same. */
export const propertySeed = readSeed(process.env["TTI_PROPERTY_SEED"]);

console.log(`TTI_PROPERTY_SEED=${propertySeed}`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: propertySeed });

function readSeed(text: string | undefined): number {
  if (text === undefined || text === "") return usualSeed;
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new Error(`TTI_PROPERTY_SEED is ${text}, which is no whole number`);
  return seed;
}
