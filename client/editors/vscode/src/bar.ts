// The status bar: the daemon's line as it is, and behind it the variants of the model it is about.
//
// Rules for editing: an empty line is an absent item. The hover is Markdown that is trusted with nothing.

import * as vscode from "vscode";
import { label, markdown } from "./escape.js";
import type { Line, Model, Offer } from "./protocol.js";
import { left, serving, turn, who } from "./words.js";

const COLOURS: Record<string, string> = {
  warn: "statusBarItem.warningBackground",
  fail: "statusBarItem.errorBackground",
};

export class Bar {
  private readonly item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Right, 90);

  constructor() {
    this.item.name = "Switchgear";
    this.item.command = "switchgear.models";
  }

  show(line: Line, model: Model | undefined): void {
    const colour = COLOURS[line.level];
    this.item.text = label(line.text);
    this.item.backgroundColor = colour ? new vscode.ThemeColor(colour) : undefined;
    this.item.tooltip = model ? hover(model) : undefined;
    if (line.text) {
      this.item.show();
    } else {
      this.item.hide();
    }
  }

  dispose(): void {
    this.item.dispose();
  }
}

function hover(model: Model): vscode.MarkdownString {
  const head = `**${markdown(model.label)}** ${markdown(serving(model))}${model.pinned ? " (pinned)" : ""}`;
  const table = ["| | | |", "|:--|:--|:--|", ...model.offers.map(offerRow)];
  return new vscode.MarkdownString([head, "", ...table].join("\n"), false);
}

function offerRow(offer: Offer): string {
  const windows = offer.windows.map((window) => markdown(left(window))).join(" · ");
  return `| ${markdown(who(offer.label))} | ${markdown(turn(offer))} | ${windows} |`;
}
