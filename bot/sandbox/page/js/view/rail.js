// The left edge: one tile per workspace.

import { fill, h } from "./dom.js";
import { initials } from "./avatar.js";

export function mountRail(root, store) {
  const draw = () => {
    const { workspaces } = store.world;
    fill(root, workspaces.map((workspace, index) => tile(workspace, index, store)));
  };
  store.on("place", draw);
}

function tile(workspace, index, store) {
  const current = workspace.name === store.place.workspace;
  const go = () => current || store.go(store.world.home(workspace.name, workspace.persons[0].name));
  return h(
    "button",
    {
      class: `tile tile-${index % 4}`,
      type: "button",
      title: workspace.title,
      "aria-label": `Workspace ${workspace.title}`,
      "aria-current": current ? "true" : null,
      data: { workspace: workspace.name },
      on: { click: go },
    },
    initials(workspace.title),
  );
}
