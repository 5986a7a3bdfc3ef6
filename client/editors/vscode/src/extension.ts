// Switchgear in VS Code: a window on the daemon. It shows what the daemon says and tells it what you chose.

import * as vscode from "vscode";
import { Answers } from "./answers.js";
import { Bar } from "./bar.js";
import { Feed } from "./feed.js";
import { Picker } from "./picker.js";
import { Journal, orSay } from "./say.js";

export function activate(context: vscode.ExtensionContext): void {
  const bar = new Bar();
  const journal = new Journal();
  const watcher = { line: bar.show.bind(bar), event: journal.add.bind(journal) };
  const feed = new Feed(watcher, String(context.extension.packageJSON.version));
  const picker = new Picker(feed.daemon);
  const answers = new Answers(feed.daemon, picker);
  const commands: Record<string, () => Promise<void>> = {
    models: () => picker.models(),
    pin: () => picker.pin(),
    unpin: () => picker.unpinOne(),
    pause: () => picker.pauseOne(),
    resume: () => picker.resumeOne(),
    ask: () => answers.ask(),
    allow: () => picker.allow(),
    events: async () => journal.show(),
  };
  for (const [name, act] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(`switchgear.${name}`, () => orSay(act)));
  }
  context.subscriptions.push(bar, journal, answers, { dispose: () => feed.stop() });
  feed.start();
}

/** VS Code disposes of the subscriptions. */
export function deactivate(): void {}
