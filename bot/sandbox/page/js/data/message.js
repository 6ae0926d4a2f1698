// A message as the views need it, made from the wire form the sandbox sends.

/**
 * @typedef {object} Shown
 * @property {string} ts unique in its channel
 * @property {string|null} thread ts of the root when this is a reply
 * @property {{id: string, name: string, app: boolean, persona: boolean, emoji: string|null}} author
 * @property {number} version grows with each change, so that views redraw only what changed
 */

/** @returns {Shown} */
export function shown(wire, world, workspace, version) {
  const app = Boolean(wire.bot_id || wire.app_id || wire.user === world.botId(workspace));
  const persona = app && Boolean(wire.username) && wire.username !== world.app.name;
  return {
    ts: wire.ts,
    thread: wire.thread_ts && wire.thread_ts !== wire.ts ? wire.thread_ts : null,
    author: {
      id: wire.user ?? wire.bot_id ?? "",
      name: wire.username || world.nameOf(workspace, wire.user ?? wire.bot_id ?? ""),
      app,
      persona,
      emoji: wire.icons?.emoji ?? null,
    },
    text: wire.text ?? "",
    blocks: wire.blocks ?? [],
    attachments: wire.attachments ?? [],
    files: wire.files ?? [],
    reactions: wire.reactions ?? [],
    ephemeral: Boolean(wire.ephemeral),
    streaming: Boolean(wire.streaming),
    edited: Boolean(wire.edited),
    deleted: Boolean(wire.deleted),
    at: new Date(Number(wire.ts) * 1000),
    version,
  };
}
