// “Manage AEGIS”: what may happen to an installation, and what else may speak beside it.

import { expireToken, grant, revokeToken, uninstall } from "../../data/control.js";
import { explained } from "../toast.js";
import { fill, h } from "../dom.js";
import { channelTroubles, moreWorkspaces, otherBot } from "./around.js";
import { addLink } from "./install.js";
import { button, group, openDialog, outcome, select, setting } from "./dialog.js";

const ORDERS = [
  ["app_uninstalled", "app_uninstalled first"],
  ["tokens_revoked", "tokens_revoked first"],
];

/** Open the dialog for the workspace one looks at; it follows what changes meanwhile. */
export function openManage(store) {
  const name = store.place.workspace;
  const told = outcome();
  const app = h("div");
  const organization = h("div");
  const rooms = h("div");
  const { title } = store.world.workspace(name);
  const dialog = openDialog(`Manage ${store.world.app.name} in ${title}`, told.element, app, organization, rooms, otherBot(store, name, told), moreWorkspaces(store, told));
  const act = async (words, what) => {
    if (!(await explained(what))) return;
    told.say(words);
    await store.look();
  };
  const draw = () => {
    const focused = document.activeElement?.dataset?.act;
    fill(app, installation(store, name, act));
    fill(organization, members(store, name, act));
    fill(rooms, channelTroubles(store, name, act));
    if (focused) dialog.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus();
  };
  draw();
  const leave = store.on("world", draw);
  dialog.addEventListener("close", leave);
}

function installation(store, name, act) {
  const { app } = store.world;
  const organization = store.world.organizationOf(name);
  // An organization's installation has one token for all its workspaces.
  const holder = organization?.installed ? organization.name : name;
  if (holder === name && !store.world.isInstalled(name)) {
    return group("Installation", setting("Not installed", "It has no token, and nothing of this workspace is delivered.", addLink(store)));
  }
  const order = select("Which event the app is told first", ORDERS, "app_uninstalled");
  const gap = h("input", { class: "field is-number", type: "number", "aria-label": "Seconds until the other event", title: "Seconds until the other event", min: "0", max: "600", step: "any" });
  gap.value = "0";
  return group(
    holder === name ? "Installation" : `Installation over all of ${organization.title}`,
    setting("Uninstall", "The token is dead at once, then both events are sent, the other one after so many seconds.", order, gap, marked("uninstall", button("Uninstall", () => act(`${app.name} is uninstalled.`, () => uninstall(holder, order.value, Number(gap.value))), "danger"))),
    setting("Expire the token", "The next call is answered token_expired. With token rotation it is renewed.", marked("expire", button("Expire", () => act("The token has expired.", () => expireToken(holder))))),
    setting("Revoke the token", "Dead at once, and no event tells of it.", marked("revoke", button("Revoke", () => act("The token is revoked.", () => revokeToken(holder))))),
    setting("Install again", "By another person, or with other scopes.", addLink(store, "Install again")),
  );
}

/** The workspaces of the organization, and which of them its installation may enter. */
function members(store, name, act) {
  const organization = store.world.organizationOf(name);
  if (!organization) return [];
  const rows = store.world.membersOf(organization).map(({ name: member, title, granted }) => {
    const words = granted ? "Take away" : "Grant access";
    const change = () => act(granted ? `${title} is taken away.` : `${title} is granted.`, () => grant(organization.name, member, !granted));
    const press = marked(`grant-${member}`, button(words, change));
    press.setAttribute("aria-label", `${words}: ${title}`);
    press.disabled = !organization.installed;
    return setting(title, granted ? `${store.world.app.name} may enter.` : `${store.world.app.name} may not enter.`, press);
  });
  const state = organization.installed ? null : h("p", { class: "setting-note" }, `${store.world.app.name} is not installed for all of ${organization.title}.`);
  return group(`Organization: ${organization.title}`, state, rows);
}

/** Remember which button it was, so that a redraw keeps the focus. */
function marked(act, element) {
  element.dataset.act = act;
  return element;
}
