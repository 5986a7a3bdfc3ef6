// A headless stand-in for VS Code: loads the compiled extension with a small `vscode` of its own, and is driven by JSON
// lines. `node vscode_host.cjs EXTENSION_DIR`
//
//   {"id", "run": command}       -> what the command's promise came to
//   {"id", "until": expression}  -> its value as soon as it is truthy; looked at whenever anything changed
//   {"id", "close": uri}         -> the user closes a document
//   {"id", "set": {name: value}} -> settings, and `answers`: for the next lists and boxes, in order
//
// An expression sees `seen`. An answer picks the row whose label contains it; null closes the list.

const { createInterface } = require("node:readline");
const Module = require("node:module");
const path = require("node:path");

const seen = { bar: null, lists: [], boxes: [], messages: [], passing: [], lines: [], shown: 0, documents: {} };
const settings = {};
const commands = new Map();
const waiting = new Set();
let answers = [];

function changed() {
  for (const look of waiting) look();
}

function note(list, value) {
  list.push(value);
  changed();
}

const item = new Proxy(
  { text: "", visible: false, show() { this.visible = true; }, hide() { this.visible = false; }, dispose() {} },
  { set(target, name, value) { target[name] = value; changed(); return true; } },
);

class EventEmitter {
  listeners = [];
  event = (listener) => { this.listeners.push(listener); return { dispose() {} }; };
  fire(value) { this.listeners.forEach((listener) => listener(value)); }
}

const closed = new EventEmitter();
let provider;

function read(uri) {
  if (uri in seen.documents) seen.documents[uri] = provider.provideTextDocumentContent(uri);
  changed();
}

const vscode = {
  EventEmitter,
  Uri: { parse: (text) => text },
  StatusBarAlignment: { Left: 1, Right: 2 },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  ThemeColor: class { constructor(id) { this.id = id; } },
  MarkdownString: class { constructor(value, icons) { Object.assign(this, { value, icons, isTrusted: false }); } },
  commands: { registerCommand(name, act) { commands.set(name, act); return { dispose() {} }; } },
  workspace: {
    getConfiguration: () => ({ get: (name, otherwise) => settings[name] ?? otherwise }),
    registerTextDocumentContentProvider(_, one) { provider = one; one.onDidChange(read); return { dispose() {} }; },
    onDidCloseTextDocument: closed.event,
    async openTextDocument(uri) { seen.documents[uri] = ""; read(uri); return { uri }; },
  },
  window: {
    get activeTextEditor() {
      return settings.selection && { document: { getText: () => settings.selection }, selection: {} };
    },
    async showTextDocument() {},
    createStatusBarItem: () => (seen.bar = item),
    createOutputChannel: () => ({
      appendLine: (text) => note(seen.lines, text),
      append: (text) => note(seen.lines, text),
      show: () => { seen.shown += 1; changed(); },
      dispose() {},
    }),
    async showQuickPick(rows, options) {
      note(seen.lists, { title: options.title, rows: rows.map(({ label, description, detail }) => ({ label, description, detail })) });
      const answer = answers.length ? answers.shift() : null;
      return answer === null ? undefined : rows.find((row) => row.label.includes(answer));
    },
    async showInputBox(options) {
      note(seen.boxes, options.title);
      const answer = answers.length ? answers.shift() : null;
      if (answer === null) return undefined;
      const wrong = options.validateInput?.(answer);
      if (wrong) note(seen.messages, { level: "invalid", text: wrong });
      return wrong ? undefined : answer;
    },
    setStatusBarMessage(text) { note(seen.passing, text); return { dispose() {} }; },
    async showInformationMessage(text) { note(seen.messages, { level: "information", text }); },
    async showWarningMessage(text) { note(seen.messages, { level: "warning", text }); },
    async showErrorMessage(text) { note(seen.messages, { level: "error", text }); },
  },
};

const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));

const place = path.resolve(process.argv[2]);
const manifest = require(path.join(place, "package.json"));
const extension = require(path.join(place, manifest.main));
const context = { subscriptions: [], extension: { packageJSON: manifest } };

function say(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

function until(id, expression) {
  const value = new Function("seen", `return (${expression})`);
  const look = () => {
    const found = value(seen);
    if (found) {
      waiting.delete(look);
      say({ id, value: found });
    }
    return found;
  };
  if (!look()) waiting.add(look);
}

async function run(id, name) {
  try {
    await commands.get(name)();
    say({ id, value: null });
  } catch (error) {
    say({ id, failed: String(error.stack) });
  }
}

process.on("unhandledRejection", (error) => say({ unhandled: String(error.stack ?? error) }));
process.on("uncaughtException", (error) => say({ unhandled: String(error.stack ?? error) }));

createInterface({ input: process.stdin })
  .on("line", (text) => {
    const asked = JSON.parse(text);
    if (asked.until) return until(asked.id, asked.until);
    if (asked.run) return run(asked.id, asked.run);
    if (asked.close) {
      delete seen.documents[asked.close];
      closed.fire({ uri: asked.close });
    }
    if (asked.set) {
      answers = asked.set.answers ?? answers;
      Object.assign(settings, asked.set);
    }
    return say({ id: asked.id, value: null });
  })
  .on("close", () => {
    context.subscriptions.forEach((one) => one.dispose());
    process.exit(0);
  });

extension.activate(context);
say({ id: 0, value: [...commands.keys()] });
