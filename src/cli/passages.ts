// Owns how passages of a search are shown: as lines for people, as a document for programs.
import type { RelevantContent } from "@aws-sdk/client-qbusiness";
import { printable, type Terminal } from "./terminal.ts";

/** A passage as programs read it. */
export interface PassageDocument {
  documentId: string | undefined;
  title: string | undefined;
  uri: string | undefined;
  content: string | undefined;
  confidence: string | undefined;
}

/** The part of AWS's answer that says something. */
export function passageDocument(passage: RelevantContent): PassageDocument {
  return {
    documentId: passage.documentId,
    title: passage.documentTitle,
    uri: passage.documentUri,
    content: passage.content,
    confidence: passage.scoreAttributes?.scoreConfidence,
  };
}

/** Passages for people: number, title, confidence, and the text in lines that fit a terminal. */
export function formatPassages(passages: readonly RelevantContent[], terminal: Terminal): string {
  return passages
    .map((passage, index) => {
      const { title, documentId, content, confidence } = passageDocument(passage);
      const heading = terminal.styleResult("bold", printable(title ?? documentId ?? "untitled"));
      const lines = wrap(printable(content ?? ""), 84).map((line) => `   ${line}`);
      return [`${index + 1}. ${heading}  ${(confidence ?? "").toLowerCase()}`.trimEnd(), ...lines].join("\n");
    })
    .join("\n\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}
