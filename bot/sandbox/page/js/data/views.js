// What the app shows one person beside messages: the Home tab, modals and menus; and its shortcuts.

import { ask, post } from "./api.js";

const who = ({ workspace, person }) => ({ workspace, person });

/** @returns {Promise<{home: object|null, modals: object[]}>} the modal on top is the last */
export const fetchViews = (place) => ask(`/views?${new URLSearchParams(who(place))}`);

/** The app is told that its Home was opened, and publishes it. */
export const openHome = (place) => post("/open_home", who(place));

/** Press a button or pick in a menu of a view; `fields` is what is typed there. */
export function pressInView(place, view, fields, element, selected) {
  const chosen = element.type === "button" ? { value: element.value, text: element.text?.text } : { selected };
  const { action_id, block_id } = element;
  return post("/click", { ...who(place), view_id: view.id, fields, action_id, block_id, ...chosen });
}

export const submitModal = (place, view, fields) => post("/submit", { ...who(place), view_id: view.id, fields });
export const closeModal = (place, view, all) => post("/close", { ...who(place), view_id: view.id, all });

/** What the app offers for these words in a menu whose options only it knows. `where` names the view or message. */
export async function loadOptions(place, where, element, words) {
  const { action_id, block_id } = element;
  const told = await post("/options", { ...who(place), ...where, action_id, block_id, value: words });
  const groups = told.answer?.option_groups ?? [];
  return told.answer?.options ?? groups.flatMap((group) => group.options);
}

/** @returns {Promise<boolean>} whether the app took it */
export async function useShortcut(place, ts, shortcut) {
  const about = { ...who(place), in: place.channel, ts, callback_id: shortcut.callback_id };
  return isTaken(await post("/shortcut", about));
}

/** An acknowledgement is an HTTP status below 300, or `acked` over a socket. */
export const isTaken = ({ status }) => status === "acked" || (typeof status === "number" && status < 300);
