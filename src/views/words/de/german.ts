// Owns the German of persons' pages as a whole. It says "Sie".
import type { english } from "../en/english.ts";
import { frame, ways } from "./frame.ts";
import { signIn } from "./sign_in.ts";

/** German. */
export const german: typeof english = { frame, ways, signIn };
