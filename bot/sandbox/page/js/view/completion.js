// Completion above the message box: slash commands at the start, people after an @.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { Listbox } from "./listbox.js";

export class Completion {
  /**
   * @param {HTMLTextAreaElement} field
   * @param {{commands: () => object[], people: () => object[], onInsert: () => void}} sources
   */
  constructor(field, sources) {
    this.field = field;
    this.sources = sources;
    this.dismissed = null;
    this.list = new Listbox({ label: "Suggestions", onChoose: (option) => this.insert(option) });
    this.title = h("div", { class: "completion-title" });
    const keys = h("div", { class: "completion-keys", "aria-hidden": "true" }, h("kbd", {}, "↑"), h("kbd", {}, "↓"), " to move ", h("kbd", {}, "Tab"), " to choose ", h("kbd", {}, "Esc"), " to close");
    this.element = h("div", { class: "completion", hidden: true }, this.title, this.list.element, keys);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("blur", () => this.close());
  }

  get open() {
    return !this.element.hidden;
  }

  /** Look at what was typed and offer what fits. */
  update() {
    const found = this.commandOptions() ?? this.peopleOptions();
    const options = found?.options ?? [];
    if (!options.length || found.word === this.dismissed) {
      this.close(this.dismissed);
      return;
    }
    this.dismissed = null;
    this.word = found.word;
    this.from = found.from;
    this.title.textContent = found.title;
    this.list.show(options);
    this.element.hidden = false;
    this.describe();
  }

  close(remember = null) {
    this.element.hidden = true;
    this.dismissed = remember;
    this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-expanded", "false");
  }

  describe() {
    this.field.setAttribute("aria-expanded", "true");
    this.field.setAttribute("aria-activedescendant", this.list.activeId);
  }

  /** True when the key was used here and must not send the message. */
  key(event) {
    if (!this.open) return false;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close(this.word);
      return true;
    }
    const used = this.list.key(event);
    if (used && this.open) this.describe();
    return used;
  }

  typedBefore() {
    return this.field.value.slice(0, this.field.selectionStart);
  }

  commandOptions() {
    const found = /^\/([\w-]*)$/.exec(this.typedBefore());
    if (!found) return null;
    const options = this.sources
      .commands()
      .filter((command) => command.name.slice(1).startsWith(found[1].toLowerCase()))
      .map((command) => ({ id: command.name, text: `${command.name} `, draw: () => drawCommand(command) }));
    return { title: "Commands of AEGIS", word: found[0], from: 0, options };
  }

  peopleOptions() {
    const found = /(?:^|[\s(])@([\p{L}\p{N}._-]*)$/u.exec(this.typedBefore());
    if (!found) return null;
    const wanted = found[1].toLowerCase();
    const options = this.sources
      .people()
      .filter((person) => person.label.toLowerCase().split(/\s+/).concat(person.name.toLowerCase()).some((word) => word.startsWith(wanted)))
      .map((person) => ({ id: person.id, text: `@${person.label} `, draw: () => drawPerson(person) }));
    return { title: "Mention", word: found[0], from: this.field.selectionStart - found[1].length - 1, options };
  }

  insert(option) {
    const rest = this.field.value.slice(this.field.selectionStart).replace(/^ /, "");
    const head = this.field.value.slice(0, this.from) + option.text;
    this.field.value = head + rest;
    this.field.setSelectionRange(head.length, head.length);
    this.close();
    this.sources.onInsert();
  }
}

function drawCommand(command) {
  return [
    h("span", { class: "option-icon" }, icon("slash", 18)),
    h("span", { class: "option-name" }, command.name),
    command.usage ? h("span", { class: "option-usage" }, command.usage) : null,
    h("span", { class: "option-note" }, command.description ?? ""),
  ];
}

function drawPerson(person) {
  return [
    avatar({ name: person.label, app: person.app, persona: false }, "s"),
    h("span", { class: "option-name" }, person.label),
    person.app ? h("span", { class: "badge" }, "APP") : null,
    h("span", { class: "option-note" }, person.note),
  ];
}
