// The left edge: one tile per workspace, and the button of the faults.

import { faultsButton } from "./control/faults.js";
import { fill, h } from "./dom.js";
import { initials } from "./avatar.js";

export function mountRail(root, store) {
  const tiles = h("div", { class: "rail-tiles" });
  fill(root, tiles, faultsButton(store));
  const draw = () => {
    const focused = document.activeElement?.dataset?.workspace;
    fill(tiles, store.world.workspaces.map((workspace, index) => tile(workspace, index, store)));
    if (focused) tiles.querySelector(`[data-workspace="${CSS.escape(focused)}"]`)?.focus();
  };
  store.on("place", draw);
  store.on("world", draw);
}

function tile(workspace, index, store) {
  const current = workspace.name === store.place.workspace;
  const absent = !store.world.isInstalled(workspace.name);
  const words = absent ? `${workspace.title}: ${store.world.app.name} is not installed` : workspace.title;
  const go = () => current || store.go(store.world.home(workspace.name, workspace.persons[0].name));
  return h(
    "button",
    {
      class: `tile ${absent ? "is-absent" : `tile-${index % 4}`}`,
      type: "button",
      title: words,
      "aria-label": `Workspace ${words}`,
      "aria-current": current ? "true" : null,
      data: { workspace: workspace.name },
      on: { click: go },
    },
    initials(workspace.title),
  );
}
