// What the daemon says, as people read it: moments, windows, offers, events. Knows nothing of an editor.
//
// Rules for editing: the same file in every package for node. Pure; words are the daemon's own. Results are raw: the
// place that shows them cleans them.

import { word } from "./clean.js";
import type { Event, Model, Offer, Window } from "./protocol.js";

const DAY = 20 * 3600; // seconds within which the clock time alone says which day

/** "14:05", on another day "Tue 14:05". `epoch` and `now` in seconds. */
export function moment(epoch: number, now = Date.now() / 1000): string {
  const at = new Date(epoch * 1000);
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return Math.abs(epoch - now) > DAY ? `${at.toLocaleDateString("en", { weekday: "short" })} ${clock}` : clock;
}

/** "Claude Pro" of "Opus 4.6 (via Claude Pro)". */
export function who(label: string): string {
  return /\(via (.*)\)$/.exec(label)?.[1] ?? label;
}

/** "serves now", "then", or why it does not and when it is back. */
export function turn(offer: Offer): string {
  if (offer.place) {
    return offer.place === 1 ? "serves now" : "then";
  }
  const why = offer.reason || word(offer.health);
  return offer.until ? `${why}, back ${moment(offer.until)}` : why;
}

/** "5h 62 % left, resets 15:20"; of what only its state is known, "rate spent". */
export function left(window: Window): string {
  let told = window.window;
  if (window.used != null) {
    told += ` ${Math.max(Math.round((1 - window.used) * 100), 0)} % left`;
  } else if (window.remaining != null) {
    told += ` ${[amount(window.remaining), window.unit, "left"].filter(Boolean).join(" ")}`;
  } else if (window.state && window.state !== "ok") {
    told += ` ${word(window.state)}`;
  }
  if (!window.resets_at) {
    return told;
  }
  const resets = window.resets_at * 1000 > Date.now() ? "resets" : "reset"; // past, and nothing was read since
  return `${told}, ${resets} ${moment(window.resets_at)}`;
}

/** "via Claude Pro". */
export function serving(model: Model): string {
  return model.serving ? `via ${who(model.serving)}` : "nobody can serve it now";
}

/** "14:05:09  failover  opus-4.6 left Opus 4.6 (via Claude Pro): quota exhausted". */
export function row(event: Event): string {
  const at = new Date(event.at * 1000);
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `${clock}  ${event.type.padEnd(10)}  ${told(event)}`;
}

/** An event, as far as it says. */
export function told(event: Event): string {
  const subject = [event.alias, event.type === "failover" ? "left" : "", event.label ?? event.provider]
    .filter(Boolean)
    .join(" ");
  const why = event.reason ?? word(event.kind ?? event.outcome ?? event.health ?? "");
  const back = event.until ? `, back ${moment(event.until)}` : "";
  return [subject, why + back].filter(Boolean).join(": ");
}

/** Seconds of "90", "30m", "2h", "1d"; undefined for what is none. */
export function seconds(text: string): number | undefined {
  const found = /^(\d{1,9})([smhd]?)$/.exec(text.trim());
  const unit = { "": 1, s: 1, m: 60, h: 3600, d: 86400 }[found?.[2] ?? ""];
  return found ? Number(found[1]) * (unit ?? 1) : undefined;
}

function amount(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(2);
}

function two(count: number): string {
  return String(count).padStart(2, "0");
}
