// Files dragged over a pane are dropped into its message box.

import { h } from "./dom.js";
import { icon } from "./icons.js";

export function acceptDrops(pane, composer, whereTo) {
  const words = h("span", {});
  const veil = h("div", { class: "drop-veil", hidden: true }, h("div", { class: "drop-card" }, icon("file", 30), words));
  pane.append(veil);
  let depth = 0;
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const show = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
    words.textContent = `Drop to add to ${whereTo()}`;
  };
  pane.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(1);
  });
  pane.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  pane.addEventListener("dragleave", (event) => carriesFiles(event) && show(-1));
  pane.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    composer.attach(event.dataTransfer.files);
  });
}
