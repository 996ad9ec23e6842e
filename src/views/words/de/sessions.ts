// Owns the German of the page of where a person is signed in.
import type { sessions as english } from "../en/sessions.ts";

/** Where one is signed in. */
export const sessions: typeof english = {
  title: "Wo Sie angemeldet sind",
  listTitle: "Browser",
  lead: "Jede Zeile ist ein Browser. Beenden Sie, was Sie nicht kennen, und ändern Sie Ihr Passwort.",
  thisOne: "Dieser Browser",
  unknownBrowser: "Ein Browser",
  signedIn: (moment) => `Angemeldet ${moment}`,
  seen: (moment) => `zuletzt benutzt etwa ${moment}`,
  end: "Beenden",
  endOne: (browser) => `die Anmeldung in ${browser}`,
  othersTitle: "Alle anderen auf einmal",
  othersText: "Dieser Browser bleibt angemeldet.",
  endOthers: "Alle anderen beenden",
  everywhereTitle: "Überall",
  everywhereText:
    "Beendet jeden Browser, auch diesen, und was Anwendungen von Ihnen haben. Was sie nur dürfen, solange Sie angemeldet sind, endet damit.",
  everywhere: "Überall abmelden",
  ended: "Diese Anmeldung wurde beendet. Nichts aus ihr öffnet noch etwas.",
  endedOthers: "Alle anderen Anmeldungen wurden beendet. Nichts aus ihnen öffnet noch etwas.",
  nothing: "Es wurde nichts beendet: Es war schon vorbei. Die Liste zeigt den jetzigen Stand.",
};
