// Switchgear in OpenCode's screen: who serves this session and what is left, its variants in the sidebar, failovers.
//
// Rules for editing: an empty line is an absent one. Words are the daemon's own. OpenCode brings solid and opentui. No
// JSX: what becomes of it depends on the host, and read at once in place of when it is drawn it redraws for ever.

import type { TuiPluginApi, TuiPluginModule, TuiThemeCurrent } from "@opencode-ai/plugin/tui";
import { createElement, effect, insert, setProp } from "@opentui/solid";
import { createEffect, createSignal, onCleanup, type JSX } from "solid-js";
import { line } from "./clean.js";
import { Feed, NOTHING } from "./feed.js";
import type { Event, Line, Model } from "./protocol.js";
import { left, serving, told, turn, who } from "./words.js";

const NEWS = 60; // seconds after which a failover is no news

/** What a piece of the screen is drawn from. `tick` changes whenever something happened. */
interface Source {
  api: TuiPluginApi;
  feed: Feed;
  tick: () => number;
}

function prompt({ api, feed, tick }: Source, session?: string): JSX.Element {
  const shown = latest<Line>(tick, NOTHING, () => feed.line(session));
  return text(() => line(shown().text), () => colour(api.theme.current, shown().level));
}

function sidebar({ api, feed, tick }: Source, session: string): JSX.Element {
  const model = latest<Model | undefined>(tick, undefined, async () => {
    const { alias } = await feed.line(session);
    return alias ? feed.model(alias) : undefined;
  });
  return text(() => variants(model()).map(line).join("\n"), () => api.theme.current.textMuted);
}

/** A line for the model, one for each variant, one for each of its windows. */
function variants(model: Model | undefined): string[] {
  if (!model) {
    return [];
  }
  const rows = model.offers.flatMap((offer) => [
    `${offer.place ? "●" : "○"} ${who(offer.label)}: ${turn(offer)}`,
    ...(offer.windows ?? []).map((window) => `  ${left(window)}`),
  ]);
  return [`${model.label} ${serving(model)}`, ...rows];
}

function colour(theme: TuiThemeCurrent, level: string): TuiThemeCurrent["text"] {
  return { warn: theme.warning, fail: theme.error }[level] ?? theme.textMuted;
}

/** A text that follows what it is drawn from, and takes no place while it is empty. */
function text(content: () => string, colour: () => TuiThemeCurrent["text"]): JSX.Element {
  const element = createElement("text");
  insert(element, content);
  effect(() => setProp(element, "fg", colour()));
  effect(() => setProp(element, "visible", content() !== ""));
  return element as unknown as JSX.Element;
}

/** What was asked for last, asked for anew whenever something changed; a late answer to an earlier question is none. */
function latest<T>(tick: () => number, first: T, ask: () => Promise<T>): () => T {
  const [value, set] = createSignal<T>(first);
  createEffect(() => {
    tick();
    let current = true;
    onCleanup(() => (current = false));
    void ask().then((found) => current && set(() => found));
  });
  return value;
}

function announce(api: TuiPluginApi, event: Event): void {
  if (event.type === "failover" && Date.now() / 1000 - event.at < NEWS) {
    api.ui.toast({ variant: "info", title: "Switchgear", message: line(told(event)) });
  }
}

const plugin: TuiPluginModule & { id: string } = {
  id: "switchgear",
  async tui(api, options) {
    const [tick, set] = createSignal(0);
    const feed = new Feed({
      changed: () => set((count) => count + 1),
      event: (event) => options?.failover !== "off" && announce(api, event),
    });
    const source = { api, feed, tick };
    api.slots.register({
      order: 50,
      slots: {
        home_prompt_right: () => prompt(source),
        session_prompt_right: (_, { session_id }) => prompt(source, session_id),
        sidebar_content: (_, { session_id }) => sidebar(source, session_id),
      },
    });
    api.lifecycle.onDispose(() => feed.stop());
    feed.start();
  },
};

export default plugin;
