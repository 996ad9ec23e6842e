// Owns taking secrets out of what an administrator pastes for the five details, none of which is one. What only looks random
// stays: ids of AWS do, too. Pure.
import { dropSecrets, type SecretKind } from "tti-exchange";

const onlyByItsLooks: SecretKind = "something as long and random as a secret";

/**
 * Takes out what is a secret by its form or its name.
 * @returns the text with a mark where each stood, and the kinds there were
 */
export function withoutSecrets(text: string): { text: string; dropped: readonly SecretKind[] } {
  const found = dropSecrets(text);
  const dropped = found.dropped.filter((kind) => kind !== onlyByItsLooks);
  return dropped.length === 0 ? { text, dropped } : { text: found.text, dropped };
}
