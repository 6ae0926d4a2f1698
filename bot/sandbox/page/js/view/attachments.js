// Files waiting beside the message box, and how far each has been sent.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { size } from "./time.js";

export class Attachments {
  constructor(onChange) {
    this.onChange = onChange;
    this.waiting = [];
    this.element = h("ul", { class: "attachments", "aria-label": "Files to send", hidden: true });
  }

  get files() {
    return this.waiting.map((entry) => entry.file);
  }

  add(files) {
    this.waiting.push(...[...files].map((file) => ({ file, sent: null })));
    this.draw();
  }

  remove(file) {
    this.waiting = this.waiting.filter((entry) => entry.file !== file);
    this.draw();
  }

  /** How much of a file was sent, from 0 to 1; null when it is not under way. */
  progress(file, sent) {
    const entry = this.waiting.find((one) => one.file === file);
    if (!entry) return;
    entry.sent = sent;
    this.draw();
  }

  draw() {
    this.element.hidden = this.waiting.length === 0;
    fill(this.element, this.waiting.map((entry) => this.chip(entry)));
    this.onChange();
  }

  chip({ file, sent }) {
    const percent = sent === null ? 0 : Math.round(sent * 100);
    const note = sent === null ? size(file.size) : percent < 100 ? `Uploading… ${percent} %` : "Almost there…";
    const bar = h("progress", { max: 100, value: percent, "aria-label": `Uploading ${file.name}` });
    const remove = h("button", { class: "icon-button", type: "button", "aria-label": `Remove ${file.name}`, on: { click: () => this.remove(file) } }, icon("close", 14));
    return h(
      "li",
      { class: sent === null ? "attachment-chip" : "attachment-chip is-uploading" },
      h("span", { class: "file-icon" }, icon("file", 18)),
      h("span", { class: "file-words" }, h("span", { class: "file-name" }, file.name), h("span", { class: "file-kind" }, note), sent === null ? null : bar),
      sent === null ? remove : null,
    );
  }
}
