const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [340, 260, 62, 34, 90];
const INK = '#444';

/** Time and memory over the number of neurons, both axes logarithmic; dashed: in proportion, from the first size. */
export function scalePlot(measured) {
  const panels = [
    panel('One training step', 'milliseconds', measured, ({ milliseconds }) => milliseconds, LEFT),
    panel('Memory of the process, at most', 'MB', measured, ({ megabytes }) => megabytes, LEFT + WIDTH + GAP),
  ];
  const [width, height] = [LEFT + 2 * WIDTH + GAP + 24, TOP + HEIGHT + 56];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="${INK}">
<title>Time and memory over the number of hidden neurons</title>
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
</svg>
`;
}

function panel(title, unit, measured, read, left) {
  const points = measured.map((each) => [each.neurons, read(each)]);
  const [n0, v0] = points[0];
  const ideal = points.map(([n]) => [n, (v0 * n) / n0]);
  const x = scale(
    points.map(([n]) => n),
    left,
    left + WIDTH,
  );
  const y = scale(
    [...points, ...ideal].map(([, v]) => v),
    TOP + HEIGHT,
    TOP,
  );
  const path = (line) => line.map(([n, v]) => `${x(n).toFixed(1)},${y(v).toFixed(1)}`).join(' ');
  const marks = points.map(
    ([n, v]) =>
      `<circle cx="${x(n).toFixed(1)}" cy="${y(v).toFixed(1)}" r="4" fill="#0b6e99"/>` +
      `<text x="${x(n).toFixed(1)}" y="${(y(v) - 10).toFixed(1)}" text-anchor="middle">${Math.round(v)}</text>` +
      `<text x="${x(n).toFixed(1)}" y="${TOP + HEIGHT + 18}" text-anchor="middle">${neuronsText(n)}</text>`,
  );
  const middle = left + WIDTH / 2;
  return `<text x="${middle}" y="16" text-anchor="middle" font-size="14">${title}</text>
<path d="M${left} ${TOP}V${TOP + HEIGHT}H${left + WIDTH}" fill="none" stroke="${INK}"/>
<polyline points="${path(ideal)}" fill="none" stroke="#999" stroke-dasharray="5 4"/>
<polyline points="${path(points)}" fill="none" stroke="#0b6e99" stroke-width="2"/>
${marks.join('\n')}
<text x="${middle}" y="${TOP + HEIGHT + 40}" text-anchor="middle">hidden neurons</text>
<text x="${left - 12}" y="${TOP + HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 ${left - 12} ${TOP + HEIGHT / 2})">${unit}</text>`;
}

/** From a range of numbers, with room around it, to a range of pixels, both by their logarithm. */
function scale(values, from, to) {
  const [low, high] = [Math.log(Math.min(...values) / 1.25), Math.log(Math.max(...values) * 1.25)];
  return (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from);
}

export function neuronsText(neurons) {
  return neurons >= 1e6 ? `${neurons / 1e6} M` : `${neurons / 1000} k`;
}
