// What the agent is doing in a thread: the status line, Stop, and questions it suggests.

import { stop } from "../data/api.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { dots } from "./message.js";
import { explained } from "./toast.js";

/** True while the agent works in this thread. */
export function isWorking(store, thread) {
  const session = store.session(thread);
  return Boolean(session.stoppable || session.thinking);
}

/** The strip between the messages and the message box of a thread. */
export class SessionStrip {
  constructor(store, onPrompt) {
    this.store = store;
    this.onPrompt = onPrompt;
    this.element = h("div", { class: "session", hidden: true });
    this.stopping = null;
  }

  draw(thread) {
    const session = this.store.session(thread);
    const prompts = session.prompts ?? [];
    const working = isWorking(this.store, thread);
    if (!session.stoppable) this.stopping = null;
    this.element.hidden = !working && prompts.length === 0;
    if (this.element.hidden) fill(this.element);
    else if (working) fill(this.element, this.status(session), session.stoppable ? this.stopButton(thread) : null);
    else fill(this.element, chips(prompts.map((prompt) => [prompt.title, prompt.message]), this.onPrompt));
  }

  status(session) {
    const name = this.store.world.app.name;
    const doing = session.thinking || "is working…";
    return h("span", { class: "session-status", role: "status" }, dots(), `${name} ${doing}`);
  }

  stopButton(thread) {
    const stopping = this.stopping === thread;
    const press = async () => {
      const { place } = this.store;
      this.stopping = thread;
      this.draw(thread);
      const fine = await explained(() => stop(place, thread));
      if (!fine) this.stopping = null;
      if (!fine) this.draw(thread);
    };
    return h("button", { class: "button stop", type: "button", disabled: stopping, on: { click: press } }, icon("stop", 15), stopping ? "Stopping…" : "Stop");
  }
}

/** Clickable suggestions; each is [what it says, what it sends]. */
export function chips(suggestions, onPick) {
  return h("div", { class: "chips" }, suggestions.map(([title, text]) => h("button", { class: "chip", type: "button", on: { click: () => onPick(text) } }, title)));
}
