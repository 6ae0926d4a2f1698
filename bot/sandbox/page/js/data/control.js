// What one does to the sandbox itself: faults, installations, persons. A person of the demo could do none of it in Slack.

import { ask, post, put } from "./api.js";

export const fetchSwitches = () => ask("/switches").then((told) => told.switches);
export const setFaults = (changes) => put("/faults", changes);
export const refreshSockets = () => post("/refresh_sockets", {});

/** Refuse the next `times` calls of a Web API method; with `retryAfter` (seconds) as a 429. */
export function refuse(method, error, times, retryAfter) {
  const pause = retryAfter ? { retry_after_s: retryAfter } : {};
  return post("/refuse", { method, error, times, ...pause });
}

/** @param {"app_uninstalled"|"tokens_revoked"} first which of the two events the app is told first */
export const uninstall = (workspace, first) => post("/uninstall", { workspace, first });
export const expireToken = (workspace) => post("/expire_token", { workspace });
export const revokeToken = (workspace) => post("/revoke_token", { workspace });
export const grant = (organization, workspace, granted) => post("/grant", { organization, workspace, granted });

/** @param {object} change one of `kind`, `deleted`, `real_name`, `display_name`, `email` */
export const changePerson = (workspace, person, change) => post("/person", { workspace, person, ...change });
export const botSays = (workspace, where, text) => post("/bot", { workspace, in: where, text });
