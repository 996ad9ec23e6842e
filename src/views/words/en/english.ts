// Owns the English of persons' pages as a whole. It says which words there are.
import { frame } from "./frame.ts";
import { signIn } from "./sign_in.ts";

/** English. */
export const english = { frame, signIn };
