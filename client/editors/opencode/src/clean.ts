// Foreign text made fit to be shown: names, reasons and hints come from providers.
//
// Rules for editing: the same file in every package for node. Whatever came over the socket passes here, or through
// what is made of it, before it is shown.

const LONGEST = 300; // characters of one piece

/** One line for a place that shows text as it is. */
export function line(text: unknown): string {
  const flat = String(text ?? "").replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return flat.replace(/\p{Cf}/gu, "").slice(0, LONGEST);
}

/** A word of the protocol for people: "quota_exhausted" as "quota exhausted". */
export function word(text: unknown): string {
  return line(text).replaceAll("_", " ");
}
