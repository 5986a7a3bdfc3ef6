// One connection to the daemon for as long as OpenCode runs: requests, notifications, and coming back.
//
// JSON-RPC 2.0, a message a line. Rules for editing: nothing here knows OpenCode, or what a model is for. Nothing is
// said about a connection that ends; what was asked of it fails at once.

import { connect, type Socket } from "node:net";
import { Failure, type Listener } from "./protocol.js";
import { place, refusal } from "./socket.js";

const FIRST = 250; // milliseconds between two tries
const SLOWEST = 30_000;
const PATIENCE = 10_000; // milliseconds for an answer
const LONGEST = 16 * 1024 * 1024; // characters of a line

interface Asked {
  resolve(result: never): void;
  reject(failure: Failure): void;
  timer: NodeJS.Timeout;
}

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: never;
  error?: { message: string; data?: { hint?: string } };
}

export class Daemon {
  connected = false;
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly pending = new Map<number, Asked>();
  private buffer = "";
  private last = 0;
  private pause = FIRST;
  private running = false;

  constructor(private readonly listener: Listener) {}

  /** Begin, and stay connected. Harmless twice. */
  start(): void {
    if (!this.running) {
      this.running = true;
      this.open();
    }
  }

  /** End for good. */
  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    this.hangUp();
  }

  /** Ask. Fails with a Failure: at once when there is no daemon, after ten seconds when it does not answer. */
  request<T>(method: string, params: object = {}): Promise<T> {
    const socket = this.socket;
    if (!socket || !this.connected) {
      return Promise.reject(new Failure("the Switchgear daemon is not running", "switchgear status"));
    }
    const id = (this.last += 1);
    return new Promise((resolve, reject) => {
      const silent = new Failure("the daemon does not answer", "switchgear status");
      const timer = setTimeout(() => this.settle(id)?.reject(silent), PATIENCE);
      this.pending.set(id, { resolve, reject, timer });
      socket.write(JSON.stringify({ jsonrpc: "2.0", id, method, params }) + "\n");
    });
  }

  private open(): void {
    const path = place();
    if (refusal(path)) {
      return this.again();
    }
    const socket = (this.socket = connect(path));
    socket.setEncoding("utf8");
    socket.once("error", () => this.lost(socket));
    socket.once("close", () => this.lost(socket));
    socket.once("connect", () => this.up());
    socket.on("data", (piece: string) => this.read(socket, piece));
  }

  private up(): void {
    this.connected = true;
    this.listener.up();
  }

  private read(socket: Socket, piece: string): void {
    const lines = (this.buffer + piece).split("\n");
    this.buffer = lines.pop() ?? "";
    try {
      lines.forEach((line) => this.heard(JSON.parse(line) as Message));
    } catch {
      return this.lost(socket); // it was no message
    }
    if (this.buffer.length > LONGEST) {
      this.lost(socket);
    }
  }

  private heard(message: Message): void {
    if (message.method) {
      return this.listener.note(message.method, message.params);
    }
    const asked = this.settle(message.id ?? 0);
    if (message.error) {
      asked?.reject(new Failure(message.error.message, message.error.data?.hint));
    } else {
      this.pause = FIRST; // it is a daemon
      asked?.resolve(message.result as never);
    }
  }

  private settle(id: number): Asked | undefined {
    const asked = this.pending.get(id);
    this.pending.delete(id);
    clearTimeout(asked?.timer);
    return asked;
  }

  private lost(socket: Socket): void {
    if (socket === this.socket) {
      this.hangUp();
      this.again();
    }
  }

  private hangUp(): void {
    const was = this.connected;
    this.socket?.destroy();
    this.socket = undefined;
    this.connected = false;
    this.buffer = "";
    for (const id of [...this.pending.keys()]) {
      this.settle(id)?.reject(new Failure("the daemon is gone", "switchgear status"));
    }
    if (was) {
      this.listener.down();
    }
  }

  private again(): void {
    if (!this.running) {
      return;
    }
    const wait = this.pause * (1 + Math.random() / 3);
    this.pause = Math.min(this.pause * 2, SLOWEST);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), wait);
  }
}
