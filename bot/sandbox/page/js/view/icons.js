// Line icons drawn here, so that the page needs no icon font and no image from elsewhere.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: ["M4 9h16M4 15h16M10 4 8 20M16 4l-2 16"],
  link: ["M9.500 14.500l5-5M11 7l1.500-1.500a4 4 0 0 1 5.700 5.700L16.500 13M13 17l-1.500 1.500a4 4 0 0 1-5.700-5.700L7.500 11"],
  lock: ["M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3"],
  shield: ["M12 3l7 2.700v5.600c0 4.300-2.900 7.600-7 9.200-4.100-1.600-7-4.900-7-9.200V5.700z"],
  reply: ["M4 5h16v11H10l-4 4v-4H4z"],
  close: ["M6 6l12 12M18 6L6 18"],
  send: ["M4 4.500 20.500 12 4 19.500 6.500 12zM6.500 12H13"],
  attach: ["M12 5v14M5 12h14"],
  at: ["M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM16 8v5.500a2.500 2.500 0 0 0 5 0V12a9 9 0 1 0-3.600 7.200"],
  slash: ["M5 4h14v16H5zM14 8l-4 8"],
  stop: ["M7 7h10v10H7z"],
  eye: ["M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z", "M14.500 12a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0z"],
  search: ["M17 10.500a6.500 6.500 0 1 1-13 0 6.500 6.500 0 0 1 13 0zM15.500 15.500 20 20"],
  sun: ["M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100"],
  moon: ["M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z"],
  chevron: ["M7 10l5 5 5-5"],
  down: ["M12 5v14M6 13l6 6 6-6"],
  check: ["M5 12.500l4.500 4.500L19 7.500"],
  file: ["M7 3h7l4 4v14H7zM14 3v4h4"],
  thumbup: ["M7 11v9H4v-9zM7 11l4-8c1.700 0 2.500 1 2.500 2.500V9H19a2 2 0 0 1 2 2.300l-1.200 7A2 2 0 0 1 17.800 20H7"],
  thumbdown: ["M7 13V4H4v9zM7 13l4 8c1.700 0 2.500-1 2.500-2.500V15H19a2 2 0 0 0 2-2.300l-1.200-7A2 2 0 0 0 17.800 4H7"],
  bolt: ["M13 3 5.500 13.500h5.500L10 21l8.500-11H13z"],
  sliders: ["M4 7h9M17 7h3M4 17h3M11 17h9M17 7a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM11 17a2 2 0 1 1-4 0 2 2 0 0 1 4 0z"],
  home: ["M4 11.500 12 4.500l8 7M6.500 9.500V19h11V9.500M10 19v-5h4v5"],
  more: ["M6 12h.01M12 12h.01M18 12h.01"],
  warning: ["M12 4l9 16H3zM12 10v4.500M12 17v.5"],
};

/** An icon by name; decoration only, so hidden from screen readers. */
export function icon(name, size = 18) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", class: `icon icon-${name}` };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value));
  for (const d of PATHS[name] ?? []) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
