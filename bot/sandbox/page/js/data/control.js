// What one does to the sandbox itself: faults, installations, persons. A person of the demo could do none of it in Slack.

import { ask, post, put } from "./api.js";

export const fetchSwitches = () => ask("/switches").then((told) => told.switches);
export const setFaults = (changes) => put("/faults", changes);
export const fetchSeed = () => ask("/faults").then((told) => told.seed);
export const refreshSockets = () => post("/refresh_sockets", {});

/** Refuse the next `times` calls of a Web API method; with `retryAfter` (seconds) as a 429. */
export function refuse(method, error, times, retryAfter) {
  const pause = retryAfter ? { retry_after_s: retryAfter } : {};
  return post("/refuse", { method, error, times, ...pause });
}

/** @param {"app_uninstalled"|"tokens_revoked"} first which of the two events the app is told first */
export const uninstall = (workspace, first, gap) => post("/uninstall", { workspace, first, gap_s: gap });
export const expireToken = (workspace) => post("/expire_token", { workspace });
export const revokeToken = (workspace) => post("/revoke_token", { workspace });
export const grant = (organization, workspace, granted) => post("/grant", { organization, workspace, granted });

/** @param {object} change one of `kind`, `deleted`, `real_name`, `display_name`, `email` */
export const changePerson = (workspace, person, change) => post("/person", { workspace, person, ...change });
/** @param {object} kind `classic` or `outsider`: true, or nothing for a bot as they are now */
export const botSays = (workspace, where, text, kind = {}) => post("/bot", { workspace, in: where, text, ...kind });
export const changeChannel = (workspace, where, change) => post("/channel", { workspace, in: where, ...change });
export const makeWorkspaces = (count) => post("/workspaces", { count });
