// Owns the German of persons' pages as a whole. It says "Sie".
import type { english } from "../en/english.ts";
import {
  account,
  applications,
  day,
  nameForm,
  notHere,
  overview,
  passwordForm,
  presence,
} from "./account.ts";
import { accountData } from "./account_data.ts";
import { address } from "./address.ts";
import { close } from "./close.ts";
import { done } from "./done.ts";
import { signedOut, signOut, stayed, welcome } from "./endings.ts";
import { factors } from "./factors.ts";
import { errorPage, faults, otherFault, refusals, signInFaults, waitThenTry } from "./faults.ts";
import { frame, parts, ways } from "./frame.ts";
import { forgot, newPassword, proveAddress } from "./links.ts";
import { passkeys } from "./passkeys.ts";
import { passwordFaults, passwordLength } from "./passwords.ts";
import { sessions } from "./sessions.ts";
import { shutPlaces, waysIn } from "./shut_places.ts";
import { chooseOrganization, consent, device, deviceFaults, otherScope, scopes, signIn } from "./sign_in.ts";

/** German. */
export const german: typeof english = {
  account,
  applications,
  day,
  overview,
  nameForm,
  passwordForm,
  notHere,
  presence,
  address,
  frame,
  factors,
  parts,
  ways,
  signIn,
  chooseOrganization,
  consent,
  scopes,
  otherScope,
  device,
  deviceFaults,
  signOut,
  signedOut,
  stayed,
  sessions,
  welcome,
  forgot,
  newPassword,
  proveAddress,
  faults,
  otherFault,
  signInFaults,
  waitThenTry,
  refusals,
  errorPage,
  shutPlaces,
  waysIn,
  passkeys,
  passwordFaults,
  passwordLength,
  accountData,
  close,
  done,
};
