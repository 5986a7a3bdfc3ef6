// Switchgear's models in OpenCode's list: their names, and those that came since `switchgear connect opencode`.
//
// Two hosts, one module: OpenCode 1 calls `server`, once, and takes what the config hook adds; OpenCode 2 calls
// `setup`, and its names are live. Rules for editing: only the provider `switchgear` that connect wrote is added to;
// without it, or without a daemon, nothing happens.

import type { Config, PluginModule } from "@opencode-ai/plugin";
import type { Plugin } from "@opencode-ai/plugin/v2/promise";
import { line } from "./clean.js";
import { Feed } from "./feed.js";
import type { Model } from "./protocol.js";

const PROVIDER = "switchgear";
const PATIENCE = 1_000; // milliseconds that OpenCode's start may take longer

/** The models as they are now; none when no daemon answers in time. */
function modelsNow(): Promise<Model[]> {
  return new Promise((resolve) => {
    const end = (found: Model[]) => {
      clearTimeout(timer);
      feed.stop();
      resolve(found);
    };
    const feed = new Feed({ changed: () => void feed.models().then(end) });
    const timer = setTimeout(() => end([]), PATIENCE);
    feed.start();
  });
}

function name(config: Config, models: Model[]): void {
  const provider = config.provider?.[PROVIDER];
  if (provider) {
    const named = models.map((model) => [model.alias, { ...provider.models?.[model.alias], name: line(model.label) }]);
    provider.models = { ...provider.models, ...Object.fromEntries(named) };
  }
}

const plugin: PluginModule & Plugin = {
  id: "switchgear",
  async server() {
    return {
      async config(config) {
        if (config.provider?.[PROVIDER]) {
          name(config, await modelsNow());
        }
      },
    };
  },
  async setup({ catalog }) {
    let models: Model[] = [];
    await catalog.transform((draft) => {
      if (draft.provider.get(PROVIDER)) {
        for (const { alias, label, serving } of models) {
          draft.model.update(PROVIDER, alias, (model) => (model.name = line(serving ?? label)));
        }
      }
    });
    const feed = new Feed({
      changed: () => void refresh().catch(() => undefined), // the names stay as they were
    });
    const refresh = async () => {
      models = await feed.models();
      await catalog.reload();
    };
    feed.start();
  },
};

export default plugin;
