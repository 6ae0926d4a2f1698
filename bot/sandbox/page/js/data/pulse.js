// Installs, uninstalls, changed persons and faults are told by no feed, so the page looks again now and then.

import { ApiError, fetchState } from "./api.js";
import { fetchSwitches } from "./control.js";

const EVERY_MS = 2500;

/** Keep the store's world and switches as they are; `store.look()` looks at once, after an act of one's own. */
export function keepLooking(store) {
  let known = "";
  let switched = "";

  async function look() {
    const [state, switches] = await Promise.all([fetchState(), fetchSwitches()]);
    // The feed's number moves with every word that is said; it is no news here.
    const text = JSON.stringify({ ...state, seq: 0 });
    if (text !== known) store.renew(state);
    known = text;
    if (JSON.stringify(switches) !== switched) store.setSwitches(switches);
    switched = JSON.stringify(switches);
  }

  /** A sandbox that is away is told by the feed; the next look finds it again. */
  async function quietly() {
    if (document.hidden) return;
    try {
      await look();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  store.look = quietly;
  setInterval(quietly, EVERY_MS);
  addEventListener("focus", quietly);
  document.addEventListener("visibilitychange", quietly);
  return quietly();
}
