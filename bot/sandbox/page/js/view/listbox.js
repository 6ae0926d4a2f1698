// A list of options driven by the keyboard while the focus stays where one types.

import { fill, h } from "./dom.js";

let made = 0;

export class Listbox {
  /** @param {{label: string, onChoose: (option) => void}} options; an option is {id, draw: () => Node[], …} */
  constructor({ label, onChoose }) {
    this.id = `listbox-${++made}`;
    this.onChoose = onChoose;
    this.options = [];
    this.active = 0;
    this.element = h("div", { id: this.id, class: "listbox", role: "listbox", "aria-label": label });
  }

  show(options, active = 0) {
    this.options = options;
    this.active = Math.max(0, Math.min(active, options.length - 1));
    fill(this.element, options.map((option, index) => this.row(option, index)));
    this.mark();
  }

  row(option, index) {
    const props = { id: `${this.id}-${index}`, class: "option", role: "option", data: { id: option.id } };
    const on = {
      // The focus stays in the field that is being typed into.
      mousedown: (event) => event.preventDefault(),
      mousemove: () => this.move(index - this.active),
      click: () => this.onChoose(option),
    };
    return h("div", { ...props, on }, option.draw());
  }

  move(step) {
    if (!this.options.length || step === 0) return;
    this.active = (this.active + step + this.options.length) % this.options.length;
    this.mark();
  }

  mark() {
    [...this.element.children].forEach((row, index) => {
      row.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) row.scrollIntoView({ block: "nearest" });
    });
  }

  choose() {
    const option = this.options[this.active];
    if (option) this.onChoose(option);
  }

  /** For aria-activedescendant. */
  get activeId() {
    return this.options.length ? `${this.id}-${this.active}` : null;
  }

  /** Arrow keys, Enter and Tab; true when the key was used. */
  key(event, { tabChooses = true } = {}) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.move(steps[event.key]);
    else if (event.key === "Enter" || (tabChooses && event.key === "Tab" && !event.shiftKey)) this.choose();
    else return false;
    event.preventDefault();
    return true;
  }
}
