// Owns the English of persons' pages as a whole. It says which words there are.
import { frame, ways } from "./frame.ts";
import { signIn } from "./sign_in.ts";

/** English. */
export const english = { frame, ways, signIn };
