// Owns the English of the page of where a person is signed in.

/** Where one is signed in. */
export const sessions = {
  title: "Where you are signed in",
  listTitle: "Browsers",
  lead: "Each line is a browser. End what you do not know, and change your password.",
  thisOne: "This browser",
  unknownBrowser: "A browser",
  signedIn: (moment: string) => `Signed in ${moment}`,
  seen: (moment: string) => `last used about ${moment}`,
  end: "End",
  endOne: (browser: string) => `the sign-in in ${browser}`,
  othersTitle: "All others at once",
  othersText: "This browser stays signed in.",
  endOthers: "End all others",
  everywhereTitle: "Everywhere",
  everywhereText:
    "Ends every browser, this one too, and what applications hold of you. What they may do only while you are signed in ends with it.",
  everywhere: "Sign out everywhere",
  ended: "That sign-in was ended. Nothing it had opens anything any more.",
  endedOthers: "All other sign-ins were ended. Nothing they had opens anything any more.",
  nothing: "Nothing was ended: it was over already. The list is as it is now.",
};
