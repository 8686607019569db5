// Zones as numbers: {shape, coords} in fractions of the picture. `ratio` is the picture's height in its widths.
const within = (number, most = 1) => Math.min(most, Math.max(0, number));
const LEAST = 0.01;

/** Whether it can be drawn. */
export function sound({ shape, coords }) {
  if (coords.some((number) => !(number >= 0 && number <= 1))) return false;
  if (shape === "poly") return coords.length >= 6 && coords.length % 2 === 0;
  return coords.length === (shape === "circle" ? 3 : 4) && coords.slice(2).every((number) => number > 0);
}

const pairs = (coords) => coords.flatMap((x, place) => (place % 2 ? [] : [[x, coords[place + 1]]]));

/** Left, top, width and height of the box around it. */
export function around({ shape, coords }, ratio) {
  if (shape === "rect") return coords;
  if (shape === "circle") {
    const [x, y, r] = coords;
    return [x - r, y - r / ratio, 2 * r, (2 * r) / ratio];
  }
  const [xs, ys] = [0, 1].map((axis) => pairs(coords).map((corner) => corner[axis]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** Its corners; of a circle, those of its box. */
export function cornersOf(zone, ratio) {
  if (zone.shape === "poly") return pairs(zone.coords);
  const [x, y, w, h] = around(zone, ratio);
  return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
}

/** Where it can be pulled: the lower right corner, the edge of a circle, every corner of a polygon. */
export function handles({ shape, coords }) {
  if (shape === "poly") return pairs(coords);
  if (shape === "circle") return [[coords[0] + coords[2], coords[1]]];
  return [[coords[0] + coords[2], coords[1] + coords[3]]];
}

/** One of its handles is pulled to a place. */
export function pulled({ shape, coords }, handle, [x, y], ratio) {
  if (shape === "poly") return { shape, coords: pairs(coords).flatMap((corner, place) => (place === handle ? [x, y] : corner)) };
  if (shape === "circle") {
    const r = Math.hypot(x - coords[0], (y - coords[1]) * ratio);
    return { shape, coords: [coords[0], coords[1], within(Math.max(LEAST, r))] };
  }
  const size = [x - coords[0], y - coords[1]].map((number) => Math.max(LEAST, number));
  return { shape, coords: [coords[0], coords[1], ...size] };
}

/** Moved as a whole; it stays on the picture. */
export function moved(zone, [right, down]) {
  const { shape, coords } = zone;
  if (shape === "circle") return { shape, coords: [within(coords[0] + right), within(coords[1] + down), coords[2]] };
  const [x, y, w, h] = around(zone, 1);
  const [dx, dy] = [within(x + right, 1 - w) - x, within(y + down, 1 - h) - y];
  if (shape === "rect") return { shape, coords: [x + dx, y + dy, w, h] };
  return { shape, coords: pairs(coords).flatMap(([left, top]) => [within(left + dx), within(top + dy)]) };
}

/** Wider or narrower, higher or lower; a circle grows to all sides, a polygon from its upper left. */
export function resized(zone, [wider, higher], ratio) {
  const { shape, coords } = zone;
  if (shape === "circle") {
    const grown = coords[2] + (wider || higher * ratio);
    return { shape, coords: [coords[0], coords[1], within(Math.max(LEAST, grown))] };
  }
  const [x, y, w, h] = around(zone, ratio);
  const size = [
    within(Math.max(LEAST, w + wider), 1 - x),
    within(Math.max(LEAST, h + higher), 1 - y),
  ];
  if (shape === "rect") return { shape, coords: [x, y, ...size] };
  const [across, along] = [size[0] / (w || 1), size[1] / (h || 1)];
  return {
    shape,
    coords: pairs(coords).flatMap(([left, top]) => [within(x + (left - x) * across), within(y + (top - y) * along)]),
  };
}
