// Failures, good ends and failovers as people are told of them: never a dialog, never the focus.

import * as vscode from "vscode";
import { line } from "./clean.js";
import { label, message } from "./escape.js";
import { Failure, type Event } from "./protocol.js";
import { row, told } from "./words.js";

const SHOWN = 8_000; // milliseconds of a word in the status bar
const NEWS = 60; // seconds after which a failover is no news

/** Does it; what fails is said with its hint. Anything else that breaks is ours, and VS Code's to show. */
export async function orSay(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Failure)) {
      throw error;
    }
    const hint = error.hint ? ` · hint: ${error.hint}` : "";
    void vscode.window.showWarningMessage(message(`Switchgear: ${error.message}${hint}`));
  }
}

export function done(text: string): void {
  vscode.window.setStatusBarMessage(label(`Switchgear: ${text}`), SHOWN);
}

/** The events that were heard, a line each. */
export class Journal {
  private readonly channel = vscode.window.createOutputChannel("Switchgear");

  add(event: Event): void {
    this.channel.appendLine(line(row(event)));
    if (event.type === "failover" && Date.now() / 1000 - event.at < NEWS) {
      announce(event);
    }
  }

  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}

function announce(event: Event): void {
  const how = vscode.workspace.getConfiguration("switchgear").get<string>("failover", "statusBar");
  if (how === "statusBar") {
    done(told(event));
  } else if (how === "notification") {
    void vscode.window.showInformationMessage(message(`Switchgear: ${told(event)}`));
  }
}
