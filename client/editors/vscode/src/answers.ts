// One answer without leaving: a document nobody has to save, filled as it comes. Closing it gives the answer up.
//
// Rules for editing: an answer is data; the document is plain text whatever it holds.

import * as vscode from "vscode";
import type { Daemon } from "./daemon.js";
import { answer, label } from "./escape.js";
import type { Picker } from "./picker.js";

const SCHEME = "switchgear";
const SOON = 50; // milliseconds in which pieces are gathered
const LONGEST = 4 * 1024 * 1024; // characters of an answer

interface Piece {
  type: string;
  text?: string;
}

interface Completion {
  served_by: { label: string };
}

/** One that is open. */
interface Open {
  text: string;
  due?: NodeJS.Timeout;
  stop: AbortController;
}

export class Answers implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly open = new Map<string, Open>();
  private readonly registered: vscode.Disposable[];
  private last = 0;

  constructor(
    private readonly daemon: Daemon,
    private readonly picker: Picker,
  ) {
    this.registered = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => this.close(document.uri)),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.open.get(uri.toString())?.text ?? "";
  }

  /** Asks the chosen model what the user types, with the selection if there is one. */
  async ask(): Promise<void> {
    const selected = selection();
    const model = await this.picker.model("Ask which model?");
    const title = label(selected ? "Ask what about the selection?" : "Ask what?");
    const typed = model && (await vscode.window.showInputBox({ title }));
    if (typed) {
      await this.answer(model.alias, [typed, selected].filter(Boolean).join("\n\n"));
    }
  }

  dispose(): void {
    this.registered.forEach((one) => one.dispose());
    [...this.open.values()].forEach(({ stop }) => stop.abort());
  }

  private async answer(alias: string, text: string): Promise<void> {
    const uri = vscode.Uri.parse(`${SCHEME}:Answer ${(this.last += 1)}`);
    const one: Open = { text: "", stop: new AbortController() };
    this.open.set(uri.toString(), one);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    const messages = [{ role: "user", content: text }];
    const params = { model: alias, messages, on_interrupt: "restart", session: `vscode-${process.pid}` };
    const more = (piece: Piece) => this.add(uri, one, piece);
    try {
      const found = await this.daemon.stream<Completion, Piece>("completion/create", params, more, one.stop.signal);
      this.add(uri, one, { type: "text_delta", text: `\n\n— ${found.served_by.label}` });
    } catch (error) {
      if (!one.stop.signal.aborted) {
        throw error;
      }
    }
  }

  private add(uri: vscode.Uri, one: Open, piece: Piece): void {
    if (piece.type === "restarted") {
      one.text = "";
    } else if (piece.type === "text_delta") {
      one.text = (one.text + answer(piece.text ?? "")).slice(0, LONGEST);
    }
    one.due ??= setTimeout(() => {
      one.due = undefined;
      this.changed.fire(uri);
    }, SOON);
  }

  private close(uri: vscode.Uri): void {
    const one = this.open.get(uri.toString());
    this.open.delete(uri.toString());
    one?.stop.abort();
  }
}

function selection(): string {
  const editor = vscode.window.activeTextEditor;
  return editor ? editor.document.getText(editor.selection) : "";
}
