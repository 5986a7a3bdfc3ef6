// One connection to the daemon for as long as the editor runs: requests, notifications, and coming back.
//
// Rules for editing: nothing here knows VS Code, or what a model is for. Nothing is said about a connection that ends;
// what was asked of it fails at once.

import { connect, type Socket } from "node:net";
import {
  CancellationTokenSource,
  createMessageConnection,
  Message,
  ProgressType,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { Failure, type Listener } from "./protocol.js";
import { place, refusal } from "./socket.js";

const FIRST = 250; // milliseconds between two tries
const SLOWEST = 30_000;
const PATIENCE = 10_000; // milliseconds for an answer

/** Progress comes under the number of its request, which the connection keeps to itself: it is read as it is sent. */
class NumberedWriter extends SocketMessageWriter {
  last: string | number | null = null;

  override write(message: Message): Promise<void> {
    if (Message.isRequest(message)) {
      this.last = message.id;
    }
    return super.write(message);
  }
}

export class Daemon {
  /** Why there is no connection; "" when there is one. */
  reason = "not connected yet";
  /** What a daemon too old or too new for us says of it; its answer to everything. */
  refused: Failure | undefined;
  private socket: Socket | undefined;
  private connection: MessageConnection | undefined;
  private writer: NumberedWriter | undefined;
  private timer: NodeJS.Timeout | undefined;
  private pause = FIRST;
  private running = false;

  constructor(private readonly listener: Listener) {}

  get connected(): boolean {
    return this.connection !== undefined;
  }

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
    this.hangUp("stopped");
  }

  /** Ask. Fails with a Failure: at once when there is no daemon, after ten seconds when it does not answer. */
  async request<T>(method: string, params: object = {}): Promise<T> {
    const connection = this.current();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const silent = new Failure("the daemon does not answer", "switchgear status");
      timer = setTimeout(() => reject(silent), PATIENCE);
    });
    try {
      const result = await Promise.race([connection.sendRequest<T>(method, params), late]);
      this.pause = FIRST; // it is a daemon
      return result;
    } catch (error) {
      throw failure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ask for what comes in pieces and may take any time; `signal` gives it up. Fails as `request` does. */
  async stream<T, P>(method: string, params: object, piece: (value: P) => void, signal: AbortSignal): Promise<T> {
    const connection = this.current();
    const cancel = new CancellationTokenSource();
    signal.addEventListener("abort", () => cancel.cancel());
    const answer = connection.sendRequest<T>(method, params, cancel.token);
    const progress = connection.onProgress(new ProgressType<P>(), this.writer?.last ?? "", piece);
    try {
      return await answer;
    } catch (error) {
      throw failure(error);
    } finally {
      progress.dispose();
    }
  }

  private current(): MessageConnection {
    if (this.refused) {
      throw this.refused;
    }
    if (!this.connection) {
      throw new Failure(`the Switchgear daemon is not running (${this.reason})`, "switchgear status");
    }
    return this.connection;
  }

  private open(): void {
    const path = place();
    const refused = refusal(path);
    if (refused) {
      this.reason = refused;
      return this.again();
    }
    const socket = (this.socket = connect(path));
    socket.once("error", () => this.lost(socket));
    socket.once("close", () => this.lost(socket));
    socket.once("connect", () => this.up(socket));
  }

  private up(socket: Socket): void {
    const writer = (this.writer = new NumberedWriter(socket));
    const connection = createMessageConnection(new SocketMessageReader(socket), writer);
    connection.onNotification((method, params) => this.listener.note(method, params));
    connection.onError(() => this.lost(socket)); // what it said was no message
    connection.onClose(() => this.lost(socket));
    connection.listen();
    this.connection = connection;
    this.reason = "";
    this.listener.up();
  }

  private lost(socket: Socket): void {
    if (socket === this.socket) {
      this.hangUp("no daemon runs");
      this.again();
    }
  }

  private hangUp(why: string): void {
    const { socket, connection } = this;
    this.socket = this.connection = this.refused = undefined;
    this.reason = why;
    connection?.dispose(); // answers what was asked with an error
    socket?.destroy();
    if (connection) {
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

function failure(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  if (error instanceof ResponseError && error.data) {
    const { hint, kind } = error.data as { hint?: string; kind?: string };
    return new Failure(error.message, hint, kind);
  }
  return new Failure("the daemon is gone", "switchgear status");
}
