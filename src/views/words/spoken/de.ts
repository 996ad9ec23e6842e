// Owns German as one of the languages. Its words stand in ../de/, by subject.
import { german } from "../de/german.ts";
import { germanMail } from "../de/mails.ts";
import type { SpokenLanguage } from "../language.ts";

export const language: SpokenLanguage = { name: "Deutsch", words: german, mails: germanMail };
