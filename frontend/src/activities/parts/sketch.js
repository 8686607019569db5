// How an author's zones look while they are drawn.
import { badge, draw } from "./pictures.js";
import { around, cornersOf, handles } from "./shapes.js";

const LINE = { "vector-effect": "non-scaling-stroke" };
const HANDLE = { class: "mark", r: 12, fill: "#fff" };

function outline(zone, kind, ratio) {
  if (zone.shape === "circle") {
    const [x, y, r] = zone.coords.map((number) => number * 1000);
    return draw("circle", { ...LINE, class: kind, cx: x, cy: y * ratio, r });
  }
  return draw("polygon", { ...LINE, class: kind, points: path(cornersOf(zone, ratio), ratio) });
}

const path = (corners, ratio) => corners.map(([x, y]) => `${x * 1000},${y * 1000 * ratio}`).join(" ");

function numbered(zone, number, isPicked, ratio) {
  const [x, y, w, h] = around(zone, ratio);
  const holds = isPicked ? handles(zone) : [];
  return [
    outline(zone, isPicked ? "zone picked" : "zone", ratio),
    badge(x + w / 2, y + h / 2, 1000 * ratio, number + 1),
    ...holds.map(([left, top]) => draw("circle", { ...HANDLE, cx: left * 1000, cy: top * 1000 * ratio })),
  ];
}

/** All of them as SVG. `growing`: one that is being drawn; `corners`: those of a polygon that is not closed yet. */
export function sketch(zones, { picked, growing, corners }, ratio) {
  const drawn = zones.flatMap((zone, number) => (zone ? numbered(zone, number, number === picked, ratio) : []));
  if (growing) drawn.push(outline(growing, "zone picked", ratio));
  if (corners) drawn.push(draw("polyline", { ...LINE, class: "zone picked", points: path(corners, ratio) }));
  return drawn;
}
