// Foreign text made fit to be shown: names, reasons and hints come from providers.
//
// Rules for editing: whatever came over the socket passes here before it is shown. Each function names the place it is
// for, because each place of VS Code interprets something else.

const LONGEST = 300; // characters of one piece

/** One line for a place that shows text as it is: the output channel, a hover title. */
export function line(text: unknown): string {
  const flat = String(text ?? "").replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return flat.replace(/\p{Cf}/gu, "").slice(0, LONGEST);
}

/** For status bar, quick pick and button texts, which make an icon of `$(name)`. */
export function label(text: unknown): string {
  return line(text).replaceAll("$(", "$ (");
}

/** For a message, which makes a link of `[text](command:...)`. */
export function message(text: unknown): string {
  return line(text).replaceAll("](", "] (");
}

/** For Markdown: every mark of punctuation is itself. */
export function markdown(text: unknown): string {
  return line(text).replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

/** A word of the protocol for people: "quota_exhausted" as "quota exhausted". */
export function word(text: unknown): string {
  return line(text).replaceAll("_", " ");
}
