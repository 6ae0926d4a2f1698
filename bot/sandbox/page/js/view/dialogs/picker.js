// A field in which one picks from many: what is picked stands in it, and typing narrows the rest.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { Listbox } from "../listbox.js";

const PAUSE_MS = 150;

export class Picker {
  /**
   * @param {object} options
   * @param {{value: string, text: string}[]} options.chosen
   * @param {(words: string) => Promise<{value: string, text: string}[]>} options.find
   * @param {(chosen: {value: string, text: string}[]) => void} options.onChange
   * @param {object} options.props attributes of the field, its `id` among them
   */
  constructor({ label, chosen, several, most = Infinity, least = 0, placeholder, find, onChange, props }) {
    Object.assign(this, { chosen, several, most, least, placeholder, find, onChange });
    this.list = new Listbox({ label, onChoose: (option) => this.add(option) });
    this.list.element.hidden = true;
    this.chips = h("span", { class: "picker-chips" });
    this.field = h("input", { ...props, class: "picker-field", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": this.list.id });
    this.box = h("div", { class: "picker-box field", on: { click: () => this.field.focus() } }, this.chips, this.field);
    this.element = h("div", { class: "picker", on: { focusout: (event) => this.element.contains(event.relatedTarget) || this.close() } }, this.box, this.list.element);
    this.field.addEventListener("input", () => this.soon());
    this.field.addEventListener("click", () => this.open());
    this.field.addEventListener("keydown", (event) => this.keydown(event));
    this.draw();
  }

  draw() {
    this.chips.replaceChildren(...this.chosen.map((one) => this.chip(one)));
    this.field.placeholder = this.chosen.length ? "" : this.placeholder;
  }

  chip(one) {
    const drop = () => {
      this.change(this.chosen.filter((other) => other.value !== one.value));
      this.field.focus();
    };
    return h("span", { class: "picker-chip" }, one.text, h("button", { type: "button", "aria-label": `Remove ${one.text}`, on: { click: drop } }, icon("close", 12)));
  }

  keydown(event) {
    const isOpen = !this.list.element.hidden;
    if (event.key === "Backspace" && !this.field.value && this.chosen.length) this.change(this.chosen.slice(0, -1));
    else if (event.key === "Escape" && isOpen) {
      // The list closes, and not the window around it.
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (!isOpen && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      this.open();
    } else if (isOpen && event.key !== "Tab" && this.list.key(event)) this.describe();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), PAUSE_MS);
  }

  async open() {
    const words = this.field.value.trim();
    if (words.length < this.least) return this.close();
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const found = await this.find(words);
    if (asked !== this.asked || !this.element.contains(document.activeElement)) return;
    const left = found.filter((one) => !this.several || !this.chosen.some((other) => other.value === one.value));
    this.list.show(left.map((one) => ({ ...one, id: one.value, draw: () => [h("span", { class: "option-name" }, one.text)] })));
    this.list.element.hidden = left.length === 0;
    this.field.setAttribute("aria-expanded", String(left.length > 0));
    this.list.element.scrollIntoView({ block: "nearest" });
    this.describe();
  }

  describe() {
    if (this.list.activeId) this.field.setAttribute("aria-activedescendant", this.list.activeId);
  }

  close() {
    clearTimeout(this.timer);
    this.asked = (this.asked ?? 0) + 1;
    this.list.element.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  add({ value, text }) {
    const one = { value, text };
    this.field.value = "";
    this.close();
    if (!this.several) this.change([one]);
    else if (this.chosen.length < this.most) this.change([...this.chosen, one]);
  }

  change(chosen) {
    this.chosen = chosen;
    this.draw();
    this.onChange(chosen);
  }
}
