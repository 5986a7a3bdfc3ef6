// What the daemon says happens: the snapshot, events as they come, and the one line for the status bar.
//
// Rules for editing: everything is the daemon's own word. The line is asked for once, a moment after events came.

import { Daemon } from "./daemon.js";
import { Failure, type Event, type Line, type Listener, type Model } from "./protocol.js";

const SOON = 200; // milliseconds in which events are gathered
const NOTHING: Line = { text: "", level: "ok", alias: "" };

interface Subscribed {
  snapshot: { seq: number };
  replayed?: Event[];
}

export interface Watcher {
  /** The line, and the model it is about where it is about one. */
  line(line: Line, model: Model | undefined): void;
  event(event: Event): void;
}

export class Feed implements Listener {
  readonly daemon = new Daemon(this);
  private seq: number | undefined;
  private due: NodeJS.Timeout | undefined;
  private asked = 0;

  constructor(
    private readonly watcher: Watcher,
    private readonly version: string,
  ) {}

  start(): void {
    this.daemon.start();
  }

  stop(): void {
    clearTimeout(this.due);
    this.daemon.stop();
  }

  up(): void {
    this.introduce().catch(() => undefined); // the connection's end is what tells of it
  }

  down(): void {
    this.asked += 1; // what was asked before is no answer any more
    this.watcher.line(NOTHING, undefined);
  }

  note(method: string, params: unknown): void {
    const event = (params as { event?: Event } | undefined)?.event;
    if (method === "events/event" && event) {
      this.happened(event);
    }
  }

  private async introduce(): Promise<void> {
    const client = { name: "vscode", version: this.version };
    try {
      await this.daemon.request("initialize", { client });
    } catch (error) {
      if (error instanceof Failure && error.kind === "unsupported_version") {
        this.daemon.refused = error;
      }
    }
    await this.subscribe();
  }

  private async subscribe(): Promise<void> {
    const since = this.seq === undefined ? {} : { since: this.seq };
    const { snapshot, replayed } = await this.daemon.request<Subscribed>("events/subscribe", since);
    for (const event of replayed ?? []) {
      this.happened(event);
    }
    this.seq = snapshot.seq;
    await this.show();
  }

  private happened(event: Event): void {
    this.seq = event.seq;
    this.watcher.event(event);
    this.due ??= setTimeout(() => {
      this.due = undefined;
      this.show().catch(() => undefined);
    }, SOON);
  }

  private async show(): Promise<void> {
    const turn = (this.asked += 1);
    const line = await this.daemon.request<Line>("prompt/show");
    const model = line.alias ? await this.model(line.alias) : undefined;
    if (turn === this.asked) {
      this.watcher.line(line, model);
    }
  }

  /** undefined for a model that left the config meanwhile. */
  private model(alias: string): Promise<Model | undefined> {
    return this.daemon.request<Model>("models/show", { model: alias }).catch(() => undefined);
  }
}
