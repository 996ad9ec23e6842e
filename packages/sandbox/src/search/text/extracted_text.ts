// What reading a document gives, or why it cannot be read; shared by the readers of all formats.

export interface ExtractedText {
  readonly text: string;
  /** The title the document gives itself. */
  readonly title?: string;
}

/** Bytes that cannot be read as the content type they are said to have. */
export class UnreadableDocumentError extends Error {
  readonly code = "DOCUMENT_UNREADABLE";
  override readonly name = "UnreadableDocumentError";
}
