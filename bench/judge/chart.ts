/** What the chart shows, all of it measured in the same run. */
export interface ChartData {
  /** Times the errors, and the seconds until found: the mean, by share; and the limit that no rule can beat. */
  readonly errors: readonly {
    readonly name: string;
    readonly isLimit: boolean;
    readonly points: readonly (readonly [ratio: number, seconds: number])[];
  }[];
  /** Times the latency, and the chance to find it in 16 windows. */
  readonly latency: readonly {
    readonly name: string;
    readonly points: readonly (readonly [ratio: number, chance: number])[];
  }[];
}

const width = 860;
const height = 400;
const plot = { top: 70, bottom: 330, width: 310 };
const left = { errors: 70, latency: 510 };
const colours = ['a', 'b', 'c', 'd'];

/** An SVG that is legible on light and on dark pages: it takes its colours from what the reader prefers. */
export function chart(data: ChartData): string {
  const x = logScale(1.5, 10, left.errors);
  const seconds = data.errors.flatMap(({ points }) => points.map(([, value]) => value));
  const y = logHeight(Math.min(...seconds), Math.max(...seconds));
  const x2 = (ratio: number) => left.latency + ((ratio - 1) / 0.4) * plot.width;
  const y2 = (chance: number) => plot.bottom - chance * (plot.bottom - plot.top);
  const times = [10, 30, 60, 180, 600, 1800, 3600, 7200].filter(
    (value) => y(value) >= plot.top - 1 && y(value) <= plot.bottom + 1,
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Operating curves of the judge">`,
    style,
    text(left.errors, 24, 'Time to find more errors', 'title'),
    text(left.errors, 44, '100 requests a second, 0.1 % errors; mean; dashed: the least possible', 'note'),
    ...times.map((value) => gridLine(left.errors, y(value), timeText(value))),
    ...[1.5, 2, 3, 5, 10].map((ratio) => text(x(ratio), plot.bottom + 20, `${ratio}×`, 'tick middle')),
    ...data.errors.map(({ points, isLimit }, each) =>
      curve(
        points.map(([ratio, value]) => [x(ratio), y(value)] as const),
        `${colours[Math.floor(each / 2)]}${isLimit ? ' limit' : ''}`,
      ),
    ),
    ...legend(
      left.errors,
      data.errors.filter(({ isLimit }) => !isLimit).map(({ name }) => name),
    ),
    text(left.latency, 24, 'Chance to find more latency', 'title'),
    text(left.latency, 44, '8 tasks beside 8 fresh ones, 4 minutes, real hosts', 'note'),
    ...[0, 0.25, 0.5, 0.75, 1].map((chance) => gridLine(left.latency, y2(chance), `${chance * 100} %`)),
    ...[1, 1.1, 1.2, 1.3, 1.4].map((ratio) =>
      text(x2(ratio), plot.bottom + 20, `+${Math.round((ratio - 1) * 100)} %`, 'tick middle'),
    ),
    ...data.latency.map(({ points }, each) =>
      curve(
        points.map(([ratio, chance]) => [x2(ratio), y2(chance)] as const),
        colours[each + 2]!,
      ),
    ),
    ...legend(
      left.latency,
      data.latency.map(({ name }) => name),
      2,
    ),
    '</svg>',
  ].join('\n')}\n`;
}

const style = `<style>
svg { font: 13px system-ui, sans-serif; background: #fff }
text { fill: #24292f } .title { font-size: 15px; font-weight: 600 } .note, .tick { fill: #57606a; font-size: 11.5px }
.middle { text-anchor: middle } .end { text-anchor: end } .grid { stroke: #d0d7de; stroke-width: 1 }
.curve { fill: none; stroke-width: 2.2 } .limit { stroke-dasharray: 3 4; stroke-width: 1.6; opacity: .75 }
.a { stroke: #0969da } .b { stroke: #bc4c00 } .c { stroke: #1a7f37 } .d { stroke: #8250df }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117 } text { fill: #e6edf3 } .note, .tick { fill: #9da7b3 } .grid { stroke: #30363d }
.a { stroke: #58a6ff } .b { stroke: #f0883e } .c { stroke: #3fb950 } .d { stroke: #bc8cff }
}
</style>`;

const logScale = (from: number, to: number, start: number) => (value: number) =>
  start + (Math.log(value / from) / Math.log(to / from)) * plot.width;

const logHeight = (least: number, most: number) => (value: number) =>
  plot.bottom - (Math.log(value / least) / Math.log(most / least)) * (plot.bottom - plot.top);

const text = (x: number, y: number, content: string, kind: string) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${kind}">${content}</text>`;

const gridLine = (start: number, y: number, label: string) =>
  `<line class="grid" x1="${start}" x2="${start + plot.width}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>${text(start - 8, y + 4, label, 'tick end')}`;

const curve = (points: readonly (readonly [number, number])[], kind: string) =>
  `<polyline class="curve ${kind}" points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}"/>`;

const legend = (start: number, names: readonly string[], first = 0) =>
  names.flatMap((name, each) => {
    const x = start + each * 150;
    return [
      `<line class="curve ${colours[first + each]}" x1="${x}" x2="${x + 22}" y1="368" y2="368"/>`,
      text(x + 30, 372, name, 'note'),
    ];
  });

const timeText = (seconds: number) =>
  seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
