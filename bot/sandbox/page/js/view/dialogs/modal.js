// The app's modals: the one on top of the stack is shown, and what is typed into those below is kept.

import { closeModal, submitModal } from "../../data/views.js";
import { plain, renderBlocks } from "../blocks.js";
import { closeButton } from "../control/dialog.js";
import { fill, h } from "../dom.js";
import { explained } from "../toast.js";
import { control, showErrors } from "./inputs.js";
import { Values } from "./values.js";
import { viewContext } from "./viewcontext.js";

export function mountModals(store) {
  const typed = new Map();
  let window = null;

  store.on("views", () => {
    const top = store.views.modals.at(-1);
    const open = new Set(store.views.modals.map((view) => view.id));
    for (const id of typed.keys()) if (!open.has(id)) typed.delete(id);
    if (!top) {
      window?.shut();
      window = null;
      return;
    }
    window ??= new Window(store);
    if (!typed.has(top.id)) typed.set(top.id, new Values());
    window.show(top, typed.get(top.id));
  });
}

/** The dialog. The browser keeps the focus in it; where it goes afterwards is told here, as what was pressed may have been drawn anew. */
class Window {
  constructor(store) {
    this.store = store;
    this.opener = document.activeElement;
    this.trouble = h("p", { class: "modal-trouble", role: "alert", hidden: true });
    this.head = h("header", { class: "settings-head" });
    this.body = h("div", { class: "settings-body message-body" });
    this.foot = h("footer", { class: "modal-foot" });
    this.form = h("form", { class: "modal-form", novalidate: true, on: { submit: (event) => this.submit(event) } }, this.head, this.trouble, this.body, this.foot);
    this.dialog = h("dialog", { class: "dialog settings modal", "aria-labelledby": "modal-title", on: { cancel: (event) => this.cancel(event) } }, this.form);
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  show(view, values) {
    if (this.view?.id === view.id && this.view.hash === view.hash) return;
    const isSame = this.view?.id === view.id;
    const focused = isSame ? this.placeOfFocus() : null;
    Object.assign(this, { view, values });
    this.say("");
    fill(this.head, h("h2", { id: "modal-title", tabindex: "-1" }, plain(view.title.text)), closeButton(() => this.close(true)));
    fill(this.body, renderBlocks(view.blocks, viewContext(this.store, view, values)));
    fill(this.foot, this.buttons());
    if (!isSame) this.body.scrollTop = 0;
    this.focus(focused);
  }

  buttons() {
    const { submit, close, submit_disabled: never } = this.view;
    const out = h("button", { class: "button", type: "button", on: { click: () => this.close(false) } }, plain(close?.text ?? (submit ? "Cancel" : "Close")));
    this.send = submit ? h("button", { class: "button is-primary", type: "submit", disabled: Boolean(never) }, plain(submit.text)) : null;
    return [out, this.send];
  }

  /** A selector of what has the focus, good after the modal has been drawn anew. */
  placeOfFocus() {
    const has = this.dialog.querySelector(":focus");
    if (has?.dataset.key) return `[data-key="${CSS.escape(has.dataset.key)}"]`;
    const block = has?.closest("[data-block]")?.dataset.block;
    return block ? `[data-block="${CSS.escape(block)}"]` : null;
  }

  /** Into the field that asks for it, that had it, or is the first; a modal without fields is read from its title. */
  focus(selector) {
    const wanted = this.view.blocks.find((block) => block.element?.focus_on_load)?.block_id;
    const before = selector ? this.body.querySelector(selector) : null;
    const block = before ?? this.body.querySelector(`[data-block="${CSS.escape(wanted ?? "")}"]`) ?? this.body.querySelector(".input-block");
    (block?.matches("[data-key]") ? block : (control(block) ?? this.head.firstElementChild)).focus();
  }

  async submit(event) {
    event.preventDefault();
    if (this.form.getAttribute("aria-busy")) return;
    const { view, values, store } = this;
    this.form.setAttribute("aria-busy", "true");
    this.say("");
    await explained(async () => {
      const told = await submitModal(store.place, view, values.of(view));
      showErrors(this.body, told.errors);
      this.say(told.trouble);
      await store.lookAtViews();
    });
    this.form.removeAttribute("aria-busy");
  }

  /** Esc. */
  cancel(event) {
    if (event.target !== this.dialog) return;
    event.preventDefault();
    this.close(true);
  }

  async close(all) {
    const { store, view } = this;
    await explained(() => closeModal(store.place, view, all));
    await store.lookAtViews();
  }

  say(words) {
    this.trouble.hidden = !words;
    this.trouble.textContent = words;
  }

  shut() {
    this.dialog.close();
    this.dialog.remove();
    const key = this.opener?.dataset?.key;
    // The same button may stand in a message as well, behind Home.
    const alike = key ? [...document.querySelectorAll(`#main [data-key="${CSS.escape(key)}"]`)] : [];
    const again = alike.find((button) => button.checkVisibility());
    const target = this.opener?.isConnected && this.opener !== document.body ? this.opener : again;
    (target ?? document.querySelector("#home:not([hidden])") ?? document.getElementById("composer"))?.focus({ preventScroll: true });
  }
}
