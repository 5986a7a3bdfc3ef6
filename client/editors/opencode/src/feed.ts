// What the daemon says happens, and when to ask it anew.
//
// Rules for editing: everything is the daemon's own word. Who watches is told once, a moment after events came.

import { Daemon } from "./daemon.js";
import type { Event, Line, Listener, Model } from "./protocol.js";

const SOON = 200; // milliseconds in which events are gathered
const VERSION = "0.1.0";
export const NOTHING: Line = { text: "", level: "ok", alias: "" };

interface Subscribed {
  snapshot: { seq: number };
  replayed?: Event[];
}

export interface Watcher {
  /** Something is other than it was: connected, lost, or events came. */
  changed(): void;
  event?(event: Event): void;
}

export class Feed implements Listener {
  private readonly daemon = new Daemon(this);
  private seq: number | undefined;
  private due: NodeJS.Timeout | undefined;

  constructor(private readonly watcher: Watcher) {}

  start(): void {
    this.daemon.start();
  }

  stop(): void {
    clearTimeout(this.due);
    this.daemon.stop();
  }

  /** The line of a session, of everybody where it has none of its own; NOTHING without a daemon. */
  line(session?: string): Promise<Line> {
    return this.ask("prompt/show", session ? { session } : {}, NOTHING);
  }

  models(): Promise<Model[]> {
    return this.ask("models/list", {}, { models: [] as Model[] }).then((found) => found.models ?? []);
  }

  model(alias: string): Promise<Model | undefined> {
    return this.ask<Model | undefined>("models/show", { model: alias }, undefined);
  }

  up(): void {
    const client = { name: "opencode", version: VERSION };
    this.daemon.request("initialize", { client }).catch(() => undefined); // an older daemon serves us as well
    this.subscribe().catch(() => undefined); // the connection's end is what tells of it
  }

  down(): void {
    this.watcher.changed();
  }

  note(method: string, params: unknown): void {
    const event = (params as { event?: Event } | undefined)?.event;
    if (method === "events/event" && event) {
      this.happened(event);
    }
  }

  private async subscribe(): Promise<void> {
    const since = this.seq === undefined ? {} : { since: this.seq };
    const { snapshot, replayed } = await this.daemon.request<Subscribed>("events/subscribe", since);
    (replayed ?? []).forEach((event) => this.happened(event));
    this.seq = snapshot.seq;
    this.watcher.changed();
  }

  private happened(event: Event): void {
    this.seq = event.seq;
    this.watcher.event?.(event);
    this.due ??= setTimeout(() => {
      this.due = undefined;
      this.watcher.changed();
    }, SOON);
  }

  private ask<T>(method: string, params: object, otherwise: T): Promise<T> {
    return this.daemon.request<T>(method, params).catch(() => otherwise);
  }
}
