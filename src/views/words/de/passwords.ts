// Owns the German of why a new password is refused: what is weak about it and what to do.
import type {
  passwordFaults as englishFaults,
  passwordLength as englishLength,
  told as englishTold,
} from "../en/passwords.ts";

const choose = "Wählen Sie mehrere Wörter, die nichts mit Ihnen und nichts miteinander zu tun haben.";

/** By weakness: how it goes on behind "Das Passwort", and what to do. */
export const passwordFaults: typeof englishFaults = {
  personal: {
    what: "ist leicht zu erraten: Es besteht aus dem, was andere wissen, etwa Ihrem Namen, Ihrer Adresse, Ihrer Organisation oder diesem Dienst",
    fix: choose,
  },
  common: {
    what: "ist leicht zu erraten: Viele verwenden es, oder es besteht aus solchen, und deren Listen werden zuerst durchprobiert",
    fix: `Großbuchstaben, Ziffern und Zeichen anstelle von Buchstaben helfen nicht. ${choose}`,
  },
  repeat: { what: "ist leicht zu erraten: Es wiederholt sich", fix: choose },
  sequence: {
    what: "ist leicht zu erraten: Es zählt größtenteils auf oder ab oder folgt dem Alphabet",
    fix: choose,
  },
  keyboard: {
    what: "ist leicht zu erraten: Es besteht größtenteils aus Tasten, die nebeneinanderliegen",
    fix: choose,
  },
  date: {
    what: "ist leicht zu erraten: Es besteht größtenteils aus einem Datum oder einer Jahreszahl",
    fix: choose,
  },
  plain: {
    what: "ist leicht zu erraten: Es ist zu kurz dafür, dass es so schlicht ist",
    fix: `Machen Sie es länger. ${choose}`,
  },
  text: { what: "enthält ein halbes Zeichen oder U+0000", fix: choose },
};

/** For a length that is refused; all in characters. */
export const passwordLength: typeof englishLength = ({ length, least, most }) => ({
  what: `hat ${length} Zeichen; es braucht ${least} bis ${most}`,
  fix: choose,
});

/** The same, as sentences. */
export const told: typeof englishTold = ({ what, fix }) => `Das Passwort ${what}. ${fix}`;
