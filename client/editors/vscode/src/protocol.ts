// The part of the protocol that is shown: what the daemon's replies and events have.
//
// Rules for editing: the same file in every package for node. Names are the protocol's own; nothing is made up here.

export interface Window {
  window: string;
  used?: number | null;
  remaining?: number | null;
  unit?: string | null;
  resets_at?: number | null;
  state?: string;
}

export interface Offer {
  provider: string;
  model: string;
  label: string;
  billing: string;
  health: string;
  reason: string;
  until?: number | null;
  place?: number | null;
  windows: Window[];
}

export interface Model {
  alias: string;
  label: string;
  serving?: string | null;
  pinned?: string | null;
  offers: Offer[];
}

export interface Provider {
  id: string;
  label: string;
  health: string;
  reason: string;
  paused: boolean;
}

export interface Event {
  seq: number;
  at: number;
  type: string;
  alias?: string;
  provider?: string;
  label?: string;
  health?: string;
  outcome?: string;
  kind?: string;
  reason?: string;
  until?: number;
}

export interface Line {
  text: string;
  level: string;
  alias: string;
}

/** Why something was not done, in the daemon's words. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly hint: string = "",
    readonly kind: string = "",
  ) {
    super(message);
  }
}

export interface Listener {
  up(): void;
  down(): void;
  note(method: string, params: unknown): void;
}
