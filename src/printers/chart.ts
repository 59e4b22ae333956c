import { scaleBand, scaleLinear, scalePoint } from 'd3-scale'
import { line } from 'd3-shape'

/** Values of days, as bars that stand on each other, or as a line. */
export interface Chart {
  readonly title: string
  /** The days, as `2026-11-30`. */
  readonly days: readonly string[]
  readonly as: 'bars' | 'line'
  /** Null: nothing is known of that day, which is not 0. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
}

/** What a chart is made of, for whatever draws it: paths in the words of SVG, which PDF understands as well. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
}

/** Told apart without colours: by grey, by outline, by where they stand. */
export type Shape =
  | {
      readonly kind: 'path'
      readonly d: string
      readonly fill: string | null
      readonly stroke: string | null
    }
  | {
      readonly kind: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly anchor: 'start' | 'middle' | 'end'
      readonly isBold: boolean
    }

/** Height of the letters of a drawing, in the units of its width. */
export const CHART_TEXT_SIZE = 8

const WIDTH = 250
const HEIGHT = 118
const PLOT = { left: 34, right: 246, top: 30, bottom: 102 } as const
const TICKS = 3
/** The first is dark, the second white with an outline. */
const FILLS = ['#444444', '#ffffff'] as const
const INK = '#222222'
const GRID = '#cccccc'
/** On a line a single day would not be seen without. */
const DOT = 1.4

/** Draws a chart; the same wherever it is shown. */
export function drawn(chart: Chart): Drawing {
  const shapes = [
    ...titleShapes(chart),
    ...axisShapes(chart),
    ...(chart.as === 'bars' ? bars(chart) : lines(chart)),
  ]
  return { width: WIDTH, height: HEIGHT, shapes }
}

/** A drawing as it stands in a page. */
export function svgOf({ width, height, shapes }: Drawing): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  const drawnShapes = shapes.map(shape => {
    if (shape.kind === 'path')
      return `<path d="${shape.d}" fill="${shape.fill ?? 'none'}" stroke="${shape.stroke ?? 'none'}"/>`
    const weight = shape.isBold ? ' font-weight="bold"' : ''
    return `<text x="${shape.x}" y="${shape.y}" text-anchor="${shape.anchor}"${weight}>${escaped(shape.text)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" ${size} font-family="sans-serif" font-size="${CHART_TEXT_SIZE}">${drawnShapes.join('')}</svg>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Nothing is drawn of days of which nothing is known. */
function isEmpty({ series }: Chart): boolean {
  return series.every(({ values }) => values.every(value => value === null))
}

function titleShapes(chart: Chart): Shape[] {
  const { title, series, as } = chart
  const names = series.length < 2 || as === 'line' ? [] : series
  const isPartial = as === 'bars' && series.some(({ values }) => values.includes(null))
  const heading = label(0, 9, isPartial ? `${title} (?: not computed)` : title, { isBold: true })
  if (isEmpty(chart))
    return [heading, label((PLOT.left + PLOT.right) / 2, 66, 'no data', { anchor: 'middle' })]
  const legend = names.flatMap(({ name }, at): Shape[] => {
    const x = PLOT.left + at * 60
    return [
      { kind: 'path', d: box(x, 15, 7, 7), fill: FILLS[at] ?? null, stroke: INK },
      label(x + 11, 22, name),
    ]
  })
  return [heading, ...legend]
}

function axisShapes(chart: Chart): Shape[] {
  const { days } = chart
  const first = days[0]
  const last = days.at(-1)
  if (first === undefined || last === undefined || isEmpty(chart)) return []
  const y = heightOf(chart)
  const ticks = y
    .ticks(TICKS)
    .flatMap((tick): Shape[] => [
      { kind: 'path', d: `M${PLOT.left},${short(y(tick))}H${PLOT.right}`, fill: null, stroke: GRID },
      label(PLOT.left - 4, short(y(tick)) + 3, y.tickFormat(TICKS)(tick), { anchor: 'end' }),
    ])
  return [
    ...ticks,
    label(PLOT.left, HEIGHT - 5, first.slice(5)),
    label(PLOT.right, HEIGHT - 5, last.slice(5), { anchor: 'end' }),
  ]
}

function heightOf({ series, days, as }: Chart) {
  const total = (day: number): number => series.reduce((sum, { values }) => sum + (values[day] ?? 0), 0)
  const known = series.flatMap(({ values }) => values.filter(value => value !== null))
  const most = as === 'bars' ? Math.max(...days.map((_, day) => total(day))) : Math.max(...known)
  const least = as === 'line' ? Math.min(...known) : 0
  // Where all are alike there is no span to be divided.
  const domain = most === least ? [least - (as === 'line' ? 1 : 0), least + 1] : [least, most]
  return scaleLinear().domain(domain).nice(TICKS).range([PLOT.bottom, PLOT.top])
}

function bars(chart: Chart): Shape[] {
  if (isEmpty(chart)) return []
  const { days, series } = chart
  const x = scaleBand(days, [PLOT.left, PLOT.right]).padding(0.25)
  const y = heightOf(chart)
  return series.flatMap(({ values }, level) => {
    const below = (day: number): number =>
      series.slice(0, level).reduce((sum, { values: lower }) => sum + (lower[day] ?? 0), 0)
    const boxes = values.flatMap((value, day) => {
      if (value === null || value === 0) return []
      const from = y(below(day))
      const to = y(below(day) + value)
      return [box(short(x(days[day] ?? '') ?? 0), short(to), short(x.bandwidth()), short(from - to))]
    })
    const unknown = values.flatMap((value, day) => {
      const middle = short((x(days[day] ?? '') ?? 0) + x.bandwidth() / 2)
      return value === null ? [label(middle, PLOT.bottom - 2, '?', { anchor: 'middle' })] : []
    })
    const whole = { kind: 'path', d: boxes.join(''), fill: FILLS[level] ?? null, stroke: INK } as const
    return boxes.length === 0 ? unknown : [whole, ...unknown]
  })
}

function lines(chart: Chart): Shape[] {
  if (isEmpty(chart)) return []
  const x = scalePoint([...chart.days], [PLOT.left, PLOT.right]).padding(0.5)
  const y = heightOf(chart)
  return chart.series.flatMap(({ values }): Shape[] => {
    const points = values.map((value, day) => ({ x: x(chart.days[day] ?? '') ?? 0, value }))
    const through = line<(typeof points)[number]>()
      .defined(({ value }) => value !== null)
      .x(point => short(point.x))
      .y(({ value }) => short(y(value ?? 0)))
    const dots = points.flatMap(({ x: dotX, value }) =>
      value === null ? [] : [box(short(dotX - DOT), short(y(value) - DOT), 2 * DOT, 2 * DOT)],
    )
    return [
      { kind: 'path', d: through(points) ?? '', fill: null, stroke: INK },
      { kind: 'path', d: dots.join(''), fill: INK, stroke: null },
    ]
  })
}

/** More digits than are seen make a page long. */
function short(value: number): number {
  return Math.round(value * 10) / 10
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${x},${y}h${width}v${height}h${-width}z`
}

function label(
  x: number,
  y: number,
  words: string,
  { anchor = 'start', isBold = false }: { anchor?: 'start' | 'middle' | 'end'; isBold?: boolean } = {},
): Shape {
  return { kind: 'text', x, y, text: words, anchor, isBold }
}
