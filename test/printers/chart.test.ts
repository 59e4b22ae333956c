/** Charts say what is known of each day: what is not known is no bar of no height. */
import { expect, test } from 'vitest'
import { drawn, svgOf, type Chart } from '../../src/printers/chart.ts'

const DAYS = ['2026-11-28', '2026-11-29', '2026-11-30']

function chart(as: Chart['as'], ...values: readonly (readonly (number | null)[])[]): Chart {
  return {
    title: 'A & B',
    days: DAYS,
    as,
    series: values.map((own, at) => ({ name: `s${at}`, values: own })),
  }
}

function texts(of: Chart): string[] {
  return drawn(of).shapes.flatMap(shape => (shape.kind === 'text' ? [shape.text] : []))
}

function inked(of: Chart): string[] {
  return drawn(of).shapes.flatMap(shape =>
    shape.kind === 'path' && !shape.d.endsWith('H246') ? [shape.d] : [],
  )
}

test('a bar is as high as its value, and stands on the one below it', () => {
  const [, , lower = '', upper = ''] = inked(chart('bars', [4, 0, 2], [4, 0, 0]))
  const numbers = (d: string): number[] => [...d.matchAll(/-?[\d.]+/g)].map(Number)
  const [x, top, , height] = numbers(lower)
  const [upperX, upperTop, , upperHeight] = numbers(upper)
  expect(lower.match(/M/g)).toHaveLength(2)
  expect(upper.match(/M/g)).toHaveLength(1)
  expect(upperX).toBe(x)
  expect((upperTop ?? 0) + (upperHeight ?? 0)).toBeCloseTo(top ?? 0, 5)
  expect(upperHeight).toBeCloseTo(height ?? 0, 5)
  expect((top ?? 0) + (height ?? 0)).toBeCloseTo(102, 5)
})

test('a day of which nothing is known has a mark, not a bar of no height', () => {
  expect(texts(chart('bars', [1, null, 3]))).toEqual(expect.arrayContaining(['A & B (?: not computed)', '?']))
  expect(texts(chart('bars', [1, 0, 3]))).not.toContain('?')
})

test('a line is broken where nothing is known, and a single day is seen', () => {
  const [line = '', dots = ''] = inked(chart('line', [80, null, 90]))
  expect(line.match(/M/g)).toHaveLength(2)
  expect(dots.match(/M/g)).toHaveLength(2)
})

test.each(['bars', 'line'] as const)('%s of nothing say so, and all alike are drawn', as => {
  expect(texts(chart(as, [null, null, null]))).toContain('no data')
  const shapes = JSON.stringify(drawn(chart(as, [5, 5, 5])))
  expect(shapes).not.toMatch(/NaN|Infinity|null,null/)
})

test('in a page it is markup of ours alone', () => {
  const svg = svgOf(drawn(chart('bars', [1, 2, 3])))
  expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*>.*A &amp; B.*<\/svg>$/)
  expect(svg).not.toMatch(/NaN|undefined/)
})
