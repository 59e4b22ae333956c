import { fileURLToPath } from 'node:url'
import PdfKit from 'pdfkit'
import type { Block, Document, Fact, Span, Text } from '../kernel/document.ts'
import { shownText } from '../kernel/unseen.ts'
import { CHART_TEXT_SIZE, type Drawing } from './chart.ts'

/** What a PDF is made of. */
export interface Paper {
  readonly title: string
  readonly body: Document
  /** Two beside each other, behind the first section of the document. */
  readonly drawings: readonly Drawing[]
  readonly size: 'A4' | 'LETTER'
  readonly madeMs: number
}

/** DejaVu: embedded, with Latin, Greek, Cyrillic, Hebrew and Arabic; the fonts of PDF readers have Latin alone. */
const FONTS = { regular: fontAt('dejavu-sans.ttf'), bold: fontAt('dejavu-sans-bold.ttf') } as const
const MARGIN = 48
const SIZE = 9
const GAP = 10
const INDENT = 12
const INK = '#000000'
const DIM = '#444444'
const COLUMN_GAP = 10
/** Labels take no more of the width than this. */
const LABEL_SHARE = 0.3

function fontAt(name: string): string {
  return fileURLToPath(new URL(`./fonts/${name}`, import.meta.url))
}

/** Where something is put: pages grow downwards by themselves. */
interface Place {
  readonly pdf: PDFKit.PDFDocument
  readonly x: number
  readonly width: number
}

/** A document on paper, in black and grey: nothing in it is told by colour. What others wrote in it is text. */
export async function pdfOf(paper: Paper): Promise<Uint8Array> {
  const pdf = new PdfKit({
    size: paper.size,
    margin: MARGIN,
    font: FONTS.regular,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: shownText(paper.title), Producer: 'EchoPilot', CreationDate: new Date(paper.madeMs) },
  })
  const parts: Buffer[] = []
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('data', (part: Buffer) => parts.push(part))
    pdf.on('end', resolve)
    pdf.on('error', reject)
  })
  pdf.fontSize(SIZE).fillColor(INK)
  const place = { pdf, x: MARGIN, width: pdf.page.width - 2 * MARGIN }
  const [, second = paper.body.length] = paper.body.flatMap(({ kind }, at) =>
    kind === 'section' ? [at] : [],
  )
  blocks(place, paper.body.slice(0, second))
  drawings(place, paper.drawings)
  blocks(place, paper.body.slice(second))
  footers(pdf, paper.title)
  pdf.end()
  await ended
  return Buffer.concat(parts)
}

function blocks(place: Place, body: Document): void {
  for (const block of body) putBlock(place, block)
}

function putBlock(place: Place, block: Block): void {
  const { pdf } = place
  switch (block.kind) {
    case 'line':
      return putText(place, block.text)
    case 'facts':
      return putFacts(place, block.facts)
    case 'table':
      return putTable(place, block)
    case 'list':
      for (const each of block.items) putText(place, [{ is: 'plain', text: '• ' }, ...each])
      return
    case 'item':
      putText(place, block.head)
      return blocks(indented(place), block.details)
    case 'section':
      // A heading does not stay behind alone.
      if (pdf.y + 4 * SIZE > bottomOf(pdf)) pdf.addPage()
      pdf.y += GAP
      pdf.fontSize(SIZE + 2)
      putText(place, block.title, true)
      pdf.fontSize(SIZE)
      pdf.y += 2
      return blocks(place, block.body)
    case 'next':
      return putText(place, [{ is: 'dim', text: 'next: ' }, ...block.text])
    case 'verbatim':
      return putText(place, [{ is: 'plain', text: block.text }])
  }
}

function indented({ pdf, x, width }: Place): Place {
  return { pdf, x: x + INDENT, width: width - INDENT }
}

function bottomOf(pdf: PDFKit.PDFDocument): number {
  return pdf.page.height - MARGIN
}

/** Words that go on beside each other, each in its font. */
function putText({ pdf, x, width }: Place, text: Text, isBold = false): void {
  const spans = text.filter(span => span.text !== '')
  if (pdf.y + SIZE > bottomOf(pdf)) pdf.addPage()
  spans.forEach((span, index) => {
    pdf.font(isBold || isStrong(span) ? FONTS.bold : FONTS.regular).fillColor(span.is === 'dim' ? DIM : INK)
    const options = { width, continued: index < spans.length - 1, lineGap: 1.5 }
    if (index === 0) pdf.text(wordsOf(span), x, pdf.y, options)
    else pdf.text(wordsOf(span), options)
  })
  pdf.font(FONTS.regular).fillColor(INK)
}

function isStrong(span: Span): boolean {
  return span.is === 'strong' || (span.is === 'state' && span.tone !== 'open')
}

function wordsOf(span: Span): string {
  return shownText(span.is === 'command' ? `echopilot ${span.text}` : span.text)
}

function plain(text: Text): string {
  return text.map(wordsOf).join('')
}

function putFacts({ pdf, x, width }: Place, facts: readonly Fact[]): void {
  const widest = Math.max(...facts.map(({ label }) => pdf.widthOfString(plain(label))))
  const labelWidth = Math.min(widest, width * LABEL_SHARE) + 1
  for (const { label, value } of facts) {
    const valueWidth = width - labelWidth - COLUMN_GAP
    const height = Math.max(
      pdf.heightOfString(plain(label), { width: labelWidth }),
      pdf.heightOfString(plain(value), { width: valueWidth }),
    )
    if (pdf.y + Math.min(height, bottomOf(pdf) / 2) > bottomOf(pdf)) pdf.addPage()
    const top = pdf.y
    putText({ pdf, x, width: labelWidth }, label)
    const labelEnd = pdf.y
    pdf.y = top
    putText({ pdf, x: x + labelWidth + COLUMN_GAP, width: valueWidth }, value)
    // Unless it went on to another page.
    if (pdf.y > top) pdf.y = Math.max(pdf.y, labelEnd)
  }
}

type Table = Extract<Block, { kind: 'table' }>

function putTable(place: Place, { columns, rows }: Table): void {
  const { pdf, x, width } = place
  const widths = widthsOf(place, { kind: 'table', columns, rows })
  const put = (cells: Text, isHead: boolean): void => {
    const heights = cells.map((cell, at) => pdf.heightOfString(wordsOf(cell), { width: widths[at] ?? width }))
    const height = Math.max(SIZE, ...heights)
    if (pdf.y + height > bottomOf(pdf)) pdf.addPage()
    const top = pdf.y
    let left = x
    cells.forEach((cell, at) => {
      const align = columns[at]?.align === 'right' ? 'right' : 'left'
      pdf.font(!isHead && isStrong(cell) ? FONTS.bold : FONTS.regular).fillColor(isHead ? DIM : INK)
      pdf.text(wordsOf(cell), left, top, { width: widths[at] ?? width, align })
      left += (widths[at] ?? 0) + COLUMN_GAP
    })
    pdf.font(FONTS.regular).fillColor(INK)
    pdf.x = x
    pdf.y = top + height + 1.5
  }
  put(
    columns.map(({ title }): Span => ({ is: 'plain', text: title })),
    true,
  )
  pdf
    .moveTo(x, pdf.y - 1)
    .lineTo(x + width, pdf.y - 1)
    .lineWidth(0.4)
    .stroke(DIM)
  for (const row of rows) put(row, false)
}

/** Columns that may be cut give way: what is in them is broken. */
function widthsOf({ pdf, width }: Place, { columns, rows }: Table): number[] {
  const wanted = columns.map(
    ({ title }, at) => Math.max(pdf.widthOfString(title), ...rows.map(row => widthIn(pdf, row[at]))) + 1,
  )
  const flexible = columns.filter(({ cut }) => cut !== undefined).length
  const over = wanted.reduce((sum, each) => sum + each, COLUMN_GAP * (columns.length - 1)) - width
  if (over <= 0) return wanted
  if (flexible === 0) return wanted.map(each => (each * width) / (width + over))
  return wanted.map((each, at) =>
    columns[at]?.cut === undefined ? each : Math.max(NARROWEST, each - over / flexible),
  )
}

const NARROWEST = 60

function widthIn(pdf: PDFKit.PDFDocument, cell: Span | undefined): number {
  return cell === undefined
    ? 0
    : pdf.font(isStrong(cell) ? FONTS.bold : FONTS.regular).widthOfString(wordsOf(cell))
}

/** Two beside each other. */
function drawings({ pdf, x, width }: Place, all: readonly Drawing[]): void {
  pdf.y += GAP
  for (let at = 0; at < all.length; at += 2) {
    const row = all.slice(at, at + 2)
    const height = Math.max(...row.map(drawing => drawing.height))
    if (pdf.y + height > bottomOf(pdf)) pdf.addPage()
    const top = pdf.y
    row.forEach((drawing, column) => draw(pdf, drawing, x + (column * width) / 2, top))
    pdf.x = x
    pdf.y = top + height + GAP / 2
  }
}

const ANCHORS = { start: 0, middle: 0.5, end: 1 } as const

function draw(pdf: PDFKit.PDFDocument, { shapes }: Drawing, left: number, top: number): void {
  pdf.save().translate(left, top).lineWidth(0.7)
  for (const shape of shapes) {
    if (shape.kind === 'path') {
      pdf.path(shape.d)
      if (shape.fill !== null && shape.stroke !== null) pdf.fillAndStroke(shape.fill, shape.stroke)
      else if (shape.fill !== null) pdf.fill(shape.fill)
      else pdf.stroke(shape.stroke ?? INK)
      continue
    }
    pdf
      .font(shape.isBold ? FONTS.bold : FONTS.regular)
      .fontSize(CHART_TEXT_SIZE)
      .fillColor(INK)
    const x = shape.x - pdf.widthOfString(shape.text) * ANCHORS[shape.anchor]
    // PDFKit puts the top of the letters where SVG puts their foot.
    pdf.text(shape.text, x, shape.y - CHART_TEXT_SIZE, { lineBreak: false })
  }
  pdf.restore().font(FONTS.regular).fontSize(SIZE).fillColor(INK)
}

/** Each page tells what it is of, and how many there are. */
function footers(pdf: PDFKit.PDFDocument, title: string): void {
  const { start, count } = pdf.bufferedPageRange()
  for (let page = start; page < start + count; page += 1) {
    pdf.switchToPage(page)
    // Otherwise what stands below the margin goes on to a new page.
    pdf.page.margins.bottom = 0
    const words = `${shownText(title)} · ${page - start + 1} of ${count}`
    pdf.fontSize(SIZE - 1).fillColor(DIM)
    pdf.text(words, MARGIN, pdf.page.height - MARGIN + 16, { lineBreak: false })
  }
}
