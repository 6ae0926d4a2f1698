// The sidebar: the workspace, who one is, channels, and the app.

import { avatar } from "./avatar.js";
import { addLink } from "./control/install.js";
import { openManage } from "./control/manage.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { personSwitcher } from "./persons.js";

export function mountSidebar(root, store) {
  const head = h("div", { class: "sidebar-head" });
  const lists = h("div", { class: "sidebar-lists" });
  fill(root, head, lists);
  store.on("place", (before) => {
    const sameEyes = before && before.workspace === store.place.workspace && before.person === store.place.person;
    if (!sameEyes) drawHead(head, store);
    drawLists(lists, store);
  });
  store.on("unread", () => drawLists(lists, store));
  store.on("world", () => {
    redrawHead(head, store);
    drawLists(lists, store);
  });
}

function drawHead(head, store) {
  const { world, place } = store;
  const organization = world.organizationOf(place.workspace);
  const words = `Manage ${world.app.name}`;
  const manage = h("button", { class: "icon-button on-ink", type: "button", title: words, "aria-label": words, on: { click: () => openManage(store) } }, icon("sliders", 17));
  fill(
    head,
    h("div", { class: "workspace-head" }, h("h1", { class: "workspace-name" }, world.workspace(place.workspace).title, organization ? h("span", { class: "workspace-of" }, `in ${organization.title}`) : null), manage),
    personSwitcher(store),
  );
}

/** A menu that is open stays; else the focus does. */
function redrawHead(head, store) {
  if (head.querySelector(".person-button[aria-expanded=true]")) return;
  const focused = head.contains(document.activeElement) ? document.activeElement.className : null;
  drawHead(head, store);
  if (focused) head.getElementsByClassName(focused)[0]?.focus();
}

function drawLists(root, store) {
  const channels = store.world.channels(store.place);
  const focused = document.activeElement?.dataset?.channel;
  const group = (title, wanted) => {
    const rows = channels.filter(wanted).map((channel) => row(channel, store));
    return rows.length ? h("section", { "aria-label": title }, h("h2", { class: "sidebar-title" }, title), h("ul", {}, rows)) : null;
  };
  fill(root, group("Agents", (c) => c.kind === "im"), store.world.isInstalled(store.place.workspace) ? null : addRow(store), group("Channels", (c) => c.kind !== "im"));
  if (focused) root.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
}

function addRow(store) {
  const link = addLink(store);
  return link ? h("p", { class: "sidebar-add" }, link) : null;
}

function row(channel, store) {
  const current = channel.id === store.place.channel;
  const unread = store.unread.has(channel.id);
  const go = () => store.go({ ...store.place, channel: channel.id, thread: null, home: false });
  return h(
    "li",
    {},
    h(
      "button",
      {
        class: unread ? "room is-unread" : "room",
        type: "button",
        "aria-current": current ? "page" : null,
        data: { channel: channel.id },
        on: { click: go },
      },
      channel.kind === "im" ? avatar({ name: channel.name, app: true }, "s") : icon(roomIcon(channel), 16),
      h("span", { class: "room-name" }, channel.name),
      channel.kind === "im" ? h("span", { class: "badge on-ink" }, "APP") : null,
      unread ? h("span", { class: "unread", role: "img", "aria-label": "New messages" }) : null,
    ),
  );
}

/** Shared with another company, private, or open. */
export function roomIcon(channel) {
  if (channel.is_shared) return "link";
  return channel.kind === "group" ? "lock" : "hash";
}
