// Lists to choose from: models, the variants of one, what can be done with a variant.
//
// Rules for editing: a row shows the daemon's own words; an action is one request, after which the list is asked for
// anew. Which provider is the better one is not for this file to know.

import * as vscode from "vscode";
import { word } from "./clean.js";
import type { Daemon } from "./daemon.js";
import { label } from "./escape.js";
import type { Model, Offer, Provider } from "./protocol.js";
import { done } from "./say.js";
import { left, moment, seconds, serving, turn, who } from "./words.js";

/** A row, and what choosing it does. */
interface Row extends vscode.QuickPickItem {
  act?: () => Promise<void>;
}

interface Step {
  provider: string;
  model: string;
  code: string;
  reason: string;
  until?: number | null;
}

const ICONS: Record<string, string> = {
  available: "$(pass)",
  rate_limited: "$(clock)",
  quota_exhausted: "$(clock)",
  disabled: "$(debug-pause)",
};

export class Picker {
  constructor(private readonly daemon: Daemon) {}

  /** Every merged model and who serves it; the chosen one's variants follow. */
  async models(): Promise<void> {
    const model = await this.model("Which model?");
    if (model) {
      await this.open(model.alias);
    }
  }

  /** One model's variants in order, with health, why not, what is left and when it is back. */
  async open(alias: string): Promise<void> {
    const model = await this.daemon.request<Model>("models/show", { model: alias });
    const rows: Row[] = model.offers.map((offer, at) => ({
      ...offerRow(offer),
      act: () => this.act(model, at),
    }));
    rows.push(rule(), { label: "$(question) Why this order", act: () => this.explain(alias) });
    if (model.pinned) {
      rows.push({ label: "$(pinned) Unpin", act: () => this.unpin(alias) });
    }
    await choose(rows, `${model.label} ${serving(model)}${model.pinned ? " (pinned)" : ""}`);
  }

  async pin(): Promise<void> {
    const model = await this.model("Pin which model?");
    const offer = model && (await choose(model.offers.map(of(offerRow)), "To which provider?"))?.value;
    if (offer) {
      await this.pinTo(model.alias, offer);
    }
  }

  async unpinOne(): Promise<void> {
    const model = await this.model("Unpin which model?", (found) => Boolean(found.pinned));
    if (model) {
      await this.unpin(model.alias);
    }
  }

  async pauseOne(): Promise<void> {
    const provider = await this.provider("Pause which provider?", false);
    if (provider) {
      await this.pause(provider.id);
    }
  }

  async resumeOne(): Promise<void> {
    const provider = await this.provider("Resume which provider?", true);
    if (provider) {
      await this.resume(provider.id);
    }
  }

  /** Consent to metered offers, for a time the user types: nothing is proposed. */
  async allow(): Promise<void> {
    const typed = await vscode.window.showInputBox({
      title: "Let metered providers serve for how long?",
      placeHolder: "30m, 2h; 0 takes it back",
      validateInput: (text) => (text.trim() && seconds(text) === undefined ? "30m, 2h, or 0" : undefined),
    });
    const for_s = seconds(typed ?? "");
    if (for_s !== undefined) {
      await this.daemon.request("spend/allow", { for_s });
      done(for_s ? `metered providers may serve for ${typed}` : "metered providers may not serve any more");
    }
  }

  private async act(model: Model, at: number): Promise<void> {
    const offer = model.offers[at];
    if (!offer) {
      return;
    }
    const { providers } = await this.daemon.request<{ providers: Provider[] }>("providers/list");
    const paused = providers.some((provider) => provider.id === offer.provider && provider.paused);
    const again = (act: () => Promise<void>) => async () => {
      await act();
      await this.open(model.alias);
    };
    const rows: Row[] = moves(model, at).map(([text, order]) => ({
      label: text,
      act: again(() => this.order(model.alias, order)),
    }));
    rows.push({ label: "$(pin) Stay with it", act: again(() => this.pinTo(model.alias, offer)) });
    rows.push(
      paused
        ? { label: "$(play) Resume the provider", act: again(() => this.resume(offer.provider)) }
        : { label: "$(debug-pause) Pause the provider", act: again(() => this.pause(offer.provider)) },
    );
    await choose(rows, `${offer.label}: ${turn(offer)}`);
  }

  private async explain(alias: string): Promise<void> {
    const { steps } = await this.daemon.request<{ steps: Step[] }>("route/explain", { model: alias });
    const rows = steps.map((step) => ({
      label: label(`${step.provider}/${step.model}`),
      description: label(word(step.code)),
      detail: label([step.reason, step.until ? `back ${moment(step.until)}` : ""].filter(Boolean).join(", ")),
    }));
    await choose<Row>(rows, `How ${alias} is routed now`);
  }

  private async order(alias: string, providers: string[]): Promise<void> {
    await this.daemon.request("models/order", { model: alias, providers });
    done(`${alias} asks ${providers[0]} first`);
  }

  private async pinTo(alias: string, offer: Offer): Promise<void> {
    const for_s = await span(`Stay with ${who(offer.label)} for how long?`);
    if (for_s !== undefined) {
      const asked = { model: alias, provider: offer.provider };
      await this.daemon.request("sessions/pin", for_s ? { ...asked, for_s } : asked);
      done(`${alias} is pinned to ${offer.provider}`);
    }
  }

  private async unpin(alias: string): Promise<void> {
    await this.daemon.request("sessions/unpin", { model: alias });
    done(`${alias} is not pinned any more`);
  }

  private async pause(provider: string): Promise<void> {
    const for_s = await span(`Pause ${provider} for how long?`);
    if (for_s !== undefined) {
      await this.daemon.request("providers/pause", for_s ? { provider, for_s } : { provider });
      done(`${provider} is paused`);
    }
  }

  private async resume(provider: string): Promise<void> {
    await this.daemon.request("providers/resume", { provider });
    done(`${provider} is back in rotation`);
  }

  /** The model the user chooses. */
  async model(title: string, only: (model: Model) => boolean = () => true): Promise<Model | undefined> {
    const { models } = await this.daemon.request<{ models: Model[] }>("models/list");
    return (await choose(models.filter(only).map(of(modelRow)), title))?.value;
  }

  private async provider(title: string, paused: boolean): Promise<Provider | undefined> {
    const { providers } = await this.daemon.request<{ providers: Provider[] }>("providers/list");
    return (await choose(providers.filter((one) => one.paused === paused).map(of(providerRow)), title))?.value;
  }
}

/** Offers `rows`; does what the chosen one does. */
async function choose<R extends Row>(rows: R[], title: string): Promise<R | undefined> {
  const options = { title: label(title), matchOnDescription: true, matchOnDetail: true };
  const nothing = { label: "Nothing to choose" } as R;
  const chosen = await vscode.window.showQuickPick(rows.length ? rows : [nothing], options);
  if (chosen === nothing) {
    return undefined;
  }
  await chosen?.act?.();
  return chosen;
}

/** Seconds the user types; 0 for until it is taken back, undefined for "never mind". */
async function span(title: string): Promise<number | undefined> {
  const typed = await vscode.window.showInputBox({
    title: label(title),
    placeHolder: "30m, 2h, 1d; nothing: until you take it back",
    validateInput: (text) => (text.trim() && !seconds(text) ? "30m, 2h, 1d, or nothing" : undefined),
  });
  return typed === undefined ? undefined : (seconds(typed) ?? 0);
}

/** Orders with the offer `at` first, earlier and later: those that differ from the one there is. */
function moves(model: Model, at: number): [string, string[]][] {
  const ids = model.offers.map((offer) => offer.provider);
  const moved = (to: number) => {
    const rest = ids.filter((_, index) => index !== at);
    return [...rest.slice(0, to), ids[at] as string, ...rest.slice(to)];
  };
  const found: [string, string[]][] = [];
  if (at > 0) {
    found.push(["$(arrow-up) Ask it first", moved(0)]);
  }
  if (at > 1) {
    found.push(["$(chevron-up) Ask it earlier", moved(at - 1)]);
  }
  if (at < ids.length - 1) {
    found.push(["$(chevron-down) Ask it later", moved(at + 1)]);
  }
  return found;
}

function of<T>(row: (value: T) => vscode.QuickPickItem): (value: T) => Row & { value: T } {
  return (value) => ({ ...row(value), value });
}

function modelRow(model: Model): vscode.QuickPickItem {
  const variants = model.offers.map((offer) => `${who(offer.label)} (${turn(offer)})`);
  return {
    label: label(model.label),
    description: label(serving(model)),
    detail: label(variants.join(" · ")),
  };
}

function offerRow(offer: Offer): vscode.QuickPickItem {
  const icon = offer.place ? "$(pass-filled)" : (ICONS[offer.health] ?? "$(error)");
  return {
    label: `${icon} ${label(who(offer.label))}`,
    description: label(turn(offer)),
    detail: label([...offer.windows.map(left), offer.billing].join(" · ")),
  };
}

function providerRow(provider: Provider): vscode.QuickPickItem {
  return {
    label: label(provider.label),
    description: label(provider.paused ? "paused" : word(provider.health)),
    detail: label(provider.reason),
  };
}

function rule(): Row {
  return { label: "", kind: vscode.QuickPickItemKind.Separator };
}
