// A stand-in for OpenCode 2: hands the plugin a catalogue with the provider `switchgear` and one model, and prints the
// names it comes to have, a JSON line whenever the plugin has them made anew. `node opencode_host.mjs SERVER_JS`

import { createRequire } from "node:module";

const plugin = createRequire(import.meta.url)(process.argv[2]).default;
let transform = () => undefined;

function made() {
  const models = { old: { name: "Old" } };
  transform({
    provider: { get: (id) => (id === "switchgear" ? {} : undefined) },
    model: { update: (_, id, update) => update((models[id] ??= {})) },
  });
  return Object.fromEntries(Object.entries(models).map(([id, { name }]) => [id, name]));
}

await plugin.setup({
  catalog: {
    transform: async (callback) => { transform = callback; return { dispose: async () => undefined }; },
    reload: async () => console.log(JSON.stringify(made())),
  },
});
