// The message box: text, commands, mentions, files.

import { runCommand, say, upload } from "../data/api.js";
import { Attachments } from "./attachments.js";
import { Completion } from "./completion.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { explained, toast } from "./toast.js";

const MAX_HEIGHT_PX = 220;

export class Composer {
  /**
   * @param {{id: string, store, people: () => object[], thread: () => string|null, onSaid: (said) => void}} options
   */
  constructor({ id, store, people, thread, onSaid }) {
    this.store = store;
    this.people = people;
    this.thread = thread;
    this.onSaid = onSaid;
    this.drafts = new Map();
    this.sending = false;
    this.attachments = new Attachments(() => this.refresh());
    this.field = h("textarea", { id, class: "composer-field", rows: "1", role: "combobox", "aria-expanded": "false", "aria-haspopup": "listbox", autocomplete: "off", spellcheck: "true" });
    this.completion = new Completion(this.field, {
      commands: () => store.world.commands(),
      people,
      onInsert: () => this.changed(),
    });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, on: { change: () => this.pick() } });
    this.sendButton = h("button", { class: "send", type: "button", "aria-label": "Send", title: "Send (Enter)", on: { click: () => this.send() } }, icon("send", 17));
    this.element = this.build();
    this.listen();
    this.refresh();
  }

  build() {
    const tool = (name, label, act) =>
      h("button", { class: "icon-button", type: "button", title: label, "aria-label": label, on: { click: act } }, icon(name));
    const tools = h(
      "div",
      { class: "composer-tools" },
      tool("attach", "Attach a file", () => this.picker.click()),
      tool("at", "Mention someone", () => this.type("@")),
      tool("slash", "Use a command", () => this.startCommand()),
      h("span", { class: "composer-end" }, newLineHint(), this.sendButton),
    );
    return h("div", { class: "composer" }, this.completion.element, h("div", { class: "composer-box" }, this.attachments.element, this.field, tools, this.picker));
  }

  listen() {
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("click", () => this.completion.update());
    this.field.addEventListener("keydown", (event) => this.keydown(event));
    this.field.addEventListener("paste", (event) => {
      if (event.clipboardData?.files.length) this.attach(event.clipboardData.files);
    });
  }

  keydown(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.send();
  }

  changed() {
    this.completion.update();
    this.refresh();
  }

  /** Fit the height to the text, and the button to what there is to send. */
  refresh() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, MAX_HEIGHT_PX)}px`;
    this.sendButton.disabled = this.sending || (!this.field.value.trim() && this.attachments.files.length === 0);
    this.element.classList.toggle("is-sending", this.sending);
  }

  /** Another conversation: keep what was typed in the last one, bring back what was typed in this one. */
  enter(key, placeholder) {
    if (this.key !== undefined) this.drafts.set(this.key, this.field.value);
    if (this.key !== key) {
      this.key = key;
      this.field.value = this.drafts.get(key) ?? "";
      this.completion.close();
    }
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.refresh();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  type(text) {
    const { selectionStart: at, value } = this.field;
    const gap = at > 0 && !/\s/.test(value[at - 1]) ? " " : "";
    this.field.setRangeText(gap + text, at, this.field.selectionEnd, "end");
    this.focus();
    this.changed();
  }

  startCommand() {
    if (!this.field.value.startsWith("/")) this.field.value = `/${this.field.value}`;
    this.field.setSelectionRange(1, 1);
    this.focus();
    this.changed();
  }

  attach(files) {
    this.attachments.add(files);
    this.focus();
  }

  pick() {
    this.attach(this.picker.files);
    this.picker.value = "";
  }

  async send(words = this.field.value) {
    const text = words.trim();
    const files = this.attachments.files;
    if (this.sending || (!text && files.length === 0)) return;
    const from = { place: this.store.place, thread: this.thread(), key: this.key };
    this.setSending(true);
    const said = [];
    const fine = await explained(async () => said.push(...(await this.deliver(from, text, files))));
    this.setSending(false);
    this.focus();
    if (fine && said.length) this.sent(from, said);
  }

  setSending(sending) {
    this.sending = sending;
    this.field.readOnly = sending;
    this.refresh();
  }

  sent(from, said) {
    this.drafts.delete(from.key);
    if (this.key === from.key) this.field.value = "";
    this.changed();
    this.onSaid(said.at(-1), from);
  }

  /** Send what was typed; @returns what the sandbox said about each thing sent, none when refused here. */
  async deliver({ place, thread }, text, files) {
    if (files.length) return this.deliverFiles(place, thread, text, files);
    const command = /^\/(\S+)/.exec(text)?.[0];
    if (!command) return [await say(place, this.withMentions(text), thread)];
    if (!this.store.world.commands().some((known) => known.name === command)) {
      toast(`${command} is not a command here. Type / to see those that are.`);
      return [];
    }
    return [{ ...(await runCommand(place, text, thread)), command }];
  }

  async deliverFiles(place, thread, text, files) {
    const said = [];
    let comment = this.withMentions(text);
    for (const file of files) {
      this.attachments.progress(file, 0);
      try {
        said.push(await upload(place, file, comment, thread, (sent) => this.attachments.progress(file, sent)));
      } catch (error) {
        this.attachments.progress(file, null);
        throw error;
      }
      this.attachments.remove(file);
      comment = "";
    }
    return said;
  }

  /** What a Slack client does before sending: turn full names into references. The sandbox escapes the rest. */
  withMentions(text) {
    const people = [...this.people()].sort((a, b) => b.label.length - a.label.length);
    return people.reduce((words, person) => {
      const name = person.label.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
      return words.replaceAll(new RegExp(`(?<![\\w@<])@${name}(?![\\p{L}\\p{N}])`, "giu"), `<@${person.id}>`);
    }, text);
  }
}

function newLineHint() {
  return h("span", { class: "composer-hint", "aria-hidden": "true" }, h("kbd", {}, "Shift"), " + ", h("kbd", {}, "Enter"), " for a new line");
}
