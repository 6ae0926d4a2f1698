// “You are: …”: whose eyes one looks through, and the menu to change them.

import { KINDS, shortName } from "../data/world.js";
import { avatar } from "./avatar.js";
import { openPerson } from "./control/person.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { Listbox } from "./listbox.js";

/** The button and its menu, as one element. */
export function personSwitcher(store) {
  const person = store.world.person(store.place);
  const list = new Listbox({ label: "People", onChoose: (option) => choose(option) });
  const change = h("button", { class: "menu-act", type: "button", on: { click: () => changeThem() } }, `Change ${shortName(person)} …`);
  const menu = h("div", { class: "person-menu", hidden: true }, h("div", { class: "menu-title" }, "See the workspace as"), list.element, change);
  const button = h(
    "button",
    { class: "person-button", type: "button", role: "combobox", "aria-label": `You are ${person.real_name} (${person.kind})`, "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": list.id, on: { click: () => toggle(menu.hidden), keydown } },
    avatar({ name: person.real_name, app: false }),
    h("span", { class: "person-words" }, h("span", { class: "person-label" }, "You are", kindBadge(person)), h("span", { class: "person-name" }, person.real_name)),
    icon("chevron", 16),
  );

  function toggle(open) {
    menu.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) {
      button.removeAttribute("aria-activedescendant");
      return;
    }
    const persons = store.world.persons(store.place.workspace);
    list.show(persons.map(option), persons.indexOf(person));
    button.setAttribute("aria-activedescendant", list.activeId);
  }

  function keydown(event) {
    if (menu.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        toggle(true);
      }
      return;
    }
    if (event.key === "Escape") toggle(false);
    else if (list.key(event, { tabChooses: false }) && list.activeId) button.setAttribute("aria-activedescendant", list.activeId);
  }

  function changeThem() {
    toggle(false);
    button.focus();
    openPerson(store);
  }

  async function choose(chosen) {
    toggle(false);
    if (chosen.id !== person.name) await store.go(samePlace(store, chosen.id));
    document.querySelector(".person-button")?.focus();
  }

  const element = h("div", { class: "person-switcher", on: { focusout: (event) => element.contains(event.relatedTarget) || toggle(false) } }, button, menu);
  return element;
}

/** The same channel for the other person when they are in it, else their direct message; from Home to theirs. */
export function samePlace(store, personName) {
  const home = { ...store.world.home(store.place.workspace, personName), home: store.place.home };
  const here = { ...home, channel: store.place.channel };
  return store.world.channel(here) ? here : home;
}

/** What kind of account it is; a deactivated one is that before all else. */
function kindBadge(person) {
  const kind = person.deleted ? "deactivated" : person.kind;
  return h("span", { class: `kind kind-${kind}` }, kind.replace("_", " "));
}

function option(person) {
  return {
    id: person.name,
    draw: () => [
      avatar({ name: person.real_name, app: false }),
      h(
        "span",
        { class: "person-words" },
        h("span", { class: "person-name" }, shortName(person), h("span", { class: "person-title" }, person.title)),
        h("span", { class: "person-note" }, KINDS[person.kind] ?? ""),
      ),
      kindBadge(person),
    ],
  };
}
