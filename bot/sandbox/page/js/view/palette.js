// Ctrl or Cmd and K: jump to a conversation, a person or a workspace by typing.

import { avatar, initials } from "./avatar.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { Listbox } from "./listbox.js";
import { samePlace } from "./persons.js";
import { roomIcon } from "./sidebar.js";

export class Palette {
  constructor(store) {
    this.store = store;
    this.list = new Listbox({ label: "Places and people", onChoose: (option) => this.go(option) });
    this.field = h("input", { class: "palette-field", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": this.list.id, "aria-label": "Jump to a conversation, person or workspace", placeholder: "Jump to a conversation, person or workspace", autocomplete: "off", spellcheck: "false" });
    this.none = h("p", { class: "palette-none", hidden: true }, "Nothing here has that name.");
    this.dialog = h("dialog", { class: "palette", "aria-label": "Jump to" }, h("div", { class: "palette-top" }, icon("search"), this.field), this.list.element, this.none);
    document.body.append(this.dialog);
    this.field.addEventListener("input", () => this.update());
    this.field.addEventListener("keydown", (event) => {
      if (this.list.key(event)) this.describe();
    });
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  toggle() {
    if (this.dialog.open) {
      this.dialog.close();
      return;
    }
    this.field.value = "";
    this.dialog.showModal();
    this.update();
  }

  update() {
    const wanted = this.field.value.trim().toLowerCase();
    const found = options(this.store).filter((option) => option.words.toLowerCase().includes(wanted));
    this.list.show(found);
    this.none.hidden = found.length > 0;
    this.describe();
  }

  describe() {
    if (this.list.activeId) this.field.setAttribute("aria-activedescendant", this.list.activeId);
  }

  go(option) {
    this.dialog.close();
    this.store.go(option.place);
  }
}

function options(store) {
  const { world, place } = store;
  const rooms = world.channels(place).map((channel) => ({
    id: channel.id,
    words: channel.name,
    place: { ...place, channel: channel.id, thread: null, home: false },
    draw: () => row(channel.kind === "im" ? avatar({ name: channel.name, app: true }, "s") : icon(roomIcon(channel), 18), channel.name, "Conversation"),
  }));
  const app = world.channels(place).find((channel) => channel.kind === "im");
  const home = app && {
    id: "home",
    words: `${app.name} home`,
    place: { ...place, channel: app.id, thread: null, home: true },
    draw: () => row(icon("home", 18), `${app.name} Home`, "Home tab"),
  };
  const persons = world.persons(place.workspace).filter((p) => p.name !== place.person).map((person) => ({
    id: person.id,
    words: `${person.real_name} ${person.kind}`,
    place: samePlace(store, person.name),
    draw: () => row(avatar({ name: person.real_name, app: false }, "s"), person.real_name, `Become this person · ${person.kind}`),
  }));
  const others = world.workspaces.filter((w) => w.name !== place.workspace).map((workspace) => ({
    id: workspace.id,
    words: workspace.title,
    place: world.home(workspace.name, workspace.persons[0].name),
    draw: () => row(h("span", { class: "avatar avatar-s tint-5", "aria-hidden": "true" }, initials(workspace.title)), workspace.title, "Workspace"),
  }));
  return [...rooms, ...(home ? [home] : []), ...persons, ...others];
}

function row(picture, name, note) {
  return [h("span", { class: "option-icon" }, picture), h("span", { class: "option-name" }, name), h("span", { class: "option-note" }, note)];
}

/** Fill the top bar: what this is, the jump button, whether the feed is live, the theme. */
export function mountTopbar(root, store, palette) {
  const mac = /mac|iphone|ipad/i.test(navigator.platform);
  const link = h("span", { class: "link-state", role: "status", hidden: true }, "Reconnecting…");
  store.on("link", () => {
    link.hidden = store.linked;
  });
  const jump = h("button", { class: "jump-to", type: "button", "aria-keyshortcuts": "Control+K Meta+K", on: { click: () => palette.toggle() } }, icon("search", 15), h("span", {}, "Jump to…"), h("kbd", {}, mac ? "⌘ K" : "Ctrl K"));
  fill(root, h("span", { class: "brand" }, icon("shield", 17), "AEGIS", h("span", { class: "brand-tag" }, "sandbox")), jump, h("span", { class: "topbar-end" }, link));
  return root.lastElementChild;
}
