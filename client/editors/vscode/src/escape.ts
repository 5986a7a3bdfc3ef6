// Foreign text for the places of VS Code that make something else of it.
//
// Rules for editing: each function names the place it is for; a place that shows text as it is takes clean.line.

import { line } from "./clean.js";

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

/** For a document: an answer, whose newlines and tabs stay. */
export function answer(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
}
