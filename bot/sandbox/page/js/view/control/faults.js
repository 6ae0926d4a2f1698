// The panel “Faults”: what goes wrong here on purpose. It stays open beside the conversation, to see what follows.

import { fetchSeed, refreshSockets, setFaults } from "../../data/control.js";
import { goodDay, isOn, switchesByGroup, wordsFor } from "../../data/switches.js";
import { explained } from "../toast.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { button, closeButton, group, outcome } from "./dialog.js";
import { refusal } from "./refusal.js";
import { switchRow } from "./switchrow.js";

/** The button for the rail; the panel is made with it and belongs to the page. */
export function faultsButton(store) {
  const panel = new FaultsPanel(store);
  const count = h("span", { class: "tool-count", hidden: true });
  const toggle = () => panel.toggle();
  const press = h("button", { class: "rail-tool", type: "button", "aria-expanded": "false", "aria-controls": "faults", on: { click: toggle } }, icon("bolt", 18), count);
  const draw = () => {
    const on = store.switches.filter(isOn);
    count.hidden = on.length === 0;
    count.textContent = String(on.length);
    press.classList.toggle("is-on", on.length > 0);
    press.title = on.length ? `Faults that are on: ${on.map((one) => wordsFor(one).toLowerCase()).join(", ")}` : "Faults: none is on";
    press.setAttribute("aria-label", on.length ? `Faults, ${on.length} on` : "Faults");
  };
  panel.element.addEventListener("toggled", () => press.setAttribute("aria-expanded", String(panel.element.open)));
  store.on("switches", draw);
  draw();
  return press;
}

class FaultsPanel {
  constructor(store) {
    this.store = store;
    this.rows = new Map();
    this.told = outcome();
    this.body = h("div", { class: "settings-body" });
    this.allOff = button("All off", () => this.set(goodDay(store.switches), "All faults are off."));
    this.quiet = button("Deliver nothing", () => this.deployWindow());
    const head = h("header", { class: "settings-head" }, h("h2", {}, "Faults"), this.allOff, closeButton(() => this.toggle()));
    this.element = h("dialog", { id: "faults", class: "sheet settings", "aria-label": "Faults", on: { keydown: (event) => this.keydown(event) } }, head, this.body);
    document.body.append(this.element);
    store.on("switches", () => this.draw());
  }

  /** Beside the page, not over it: one goes on typing while it is open. */
  toggle() {
    const { element } = this;
    if (element.open) element.close();
    else element.show();
    if (element.open) this.draw();
    else document.querySelector(".rail-tool")?.focus();
    element.dispatchEvent(new Event("toggled"));
  }

  keydown(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.toggle();
  }

  /** Built once; later only the values change, so that nothing is taken from under one's hands. */
  draw() {
    const { switches } = this.store;
    if (!switches.length || !this.element.open) return;
    if (this.rows.size === 0) this.build(switches);
    for (const one of switches) this.rows.get(one.name)?.show(one);
    this.allOff.disabled = !switches.some(isOn);
    this.quiet.setAttribute("aria-pressed", String(this.isUnreachable()));
  }

  isUnreachable() {
    return this.store.switches.some((one) => one.name === "unreachable" && one.value);
  }

  build(switches) {
    const groups = switchesByGroup(switches).map(([title, found]) => group(title, found.map((one) => this.row(one))));
    const now = group("Right now", h("div", { class: "choices" }, this.quiet, button("Refresh the sockets", () => this.refresh())), refusal(this.told));
    fill(this.body, this.told.element, now, groups, group("Chance", this.seedForm()));
  }

  /** With the same seed and the same acts, the same things happen. */
  seedForm() {
    const field = h("input", { class: "field is-number", type: "number", "aria-label": "Seed", step: "1", required: true });
    fetchSeed().then((seed) => (field.value = String(seed)), () => {});
    const send = (event) => {
      event.preventDefault();
      this.set({ seed: Number(field.value) }, "The chance has begun anew.");
    };
    return h("form", { class: "other-bot", on: { submit: send } }, h("p", { class: "setting-note" }, "With the same seed and the same acts, the same things happen."), field, h("button", { class: "button", type: "submit" }, "Begin anew"));
  }

  row(one) {
    const row = switchRow(one, (value) => this.set({ [one.name]: value }));
    this.rows.set(one.name, row);
    return row.element;
  }

  /** A refused value goes back to what holds. */
  async set(changes, words = "") {
    const fine = await explained(() => setFaults(changes));
    if (fine) this.told.say(words);
    await this.store.look();
    this.draw();
  }

  deployWindow() {
    const unreachable = !this.isUnreachable();
    return this.set({ unreachable }, unreachable ? "Nothing is delivered until this is off." : "Events are delivered again.");
  }

  async refresh() {
    if (await explained(refreshSockets)) this.told.say("Every socket was asked to connect again.");
  }
}
