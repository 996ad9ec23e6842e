// Owns English as one of the languages. Its words stand in ../en/, by subject.
import { english } from "../en/english.ts";
import { englishMail } from "../en/mails.ts";
import type { SpokenLanguage } from "../language.ts";

export const language: SpokenLanguage = { name: "English", words: english, mails: englishMail };
