/**
 * What is wrong with the JSON of an output, or null. Where the output presents JSON (a fence labelled `json`, or
 * text that starts like an object or array), all of it must parse; so must an unlabelled fence where the brief asks
 * for JSON, and then there must be some. JSON Lines are as good as one document.
 */
export function brokenJson(output: string, brief: string): string | null {
  const documents = presentedJson(output)
  const asked = asksForJson(brief)
  const all = documents.length === 0 && asked ? bareFences(output) : documents
  if (all.length === 0) return asked ? 'the brief asks for JSON, and the output holds none' : null
  const flaw = all.map(flawOf).find(found => found !== null) ?? null
  return flaw === null ? null : `the JSON cannot be read: ${flaw}`
}

/** What makes a text no JSON, in the words of `JSON.parse`; null where it is JSON. Never throws. */
export function jsonFlaw(text: string): string | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error)
  }
}

/** Whether a whole output starts like a JSON document, not like a link, a footnote, a task list or a template. */
export function isBareJson(output: string): boolean {
  const start = output.trimStart()
  if (start.startsWith('{')) return !start.startsWith('{{')
  return start.startsWith('[') && !/^\[[^\]\n,]*\](?:\(|:|\[|[^\S\n]*[^\s,])/.test(start)
}

function presentedJson(output: string): string[] {
  if (isBareJson(output)) return [output]
  return fences(output).flatMap(fence => (fence.label === 'json' ? [fence.body] : []))
}

function bareFences(output: string): string[] {
  return fences(output).flatMap(fence => (fence.label === '' && isBareJson(fence.body) ? [fence.body] : []))
}

/** Fenced code, an unclosed last one among them: that is how a truncated answer ends. */
function fences(output: string): { label: string; body: string }[] {
  const found = output.matchAll(
    /^[ \t]*(```+|~~~+)[^\S\n]*([\w+-]*)[^\n]*\n([\s\S]*?)(?:^[ \t]*\1|(?![\s\S]))/gm,
  )
  return [...found].map(([, , label = '', body = '']) => ({ label: label.toLowerCase(), body }))
}

/** Only where JSON is plainly what should come out; a brief also speaks of the JSON it brings. */
function asksForJson(brief: string): boolean {
  return WANTS_JSON.test(brief) && !WANTS_OTHER.test(brief)
}

const WANTS_JSON =
  /\b(?:to|into|as|in|return|output|produce|emit|valid|als|nach|ins?|gültige[sn]?)\s+(?:an?\s+|eine?[mn]?\s+)?(?:valid\s+|strict\s+|pure\s+|single\s+|gültige[sn]?\s+)?json\b|\bjson\s+(?:output|only|format|array|object|document)\b/i

const WANTS_OTHER =
  /\b(?:to|into|as|als|nach|in)\s+(?:an?\s+|eine?[mn]?\s+|the\s+)?(?:\w+\s+)?(?:csv|tsv|table|xml|yaml|toml|markdown|html|sql|excel|prose|text|sentences|list|tabelle|liste)\b|\bfrom\s+(?:\w+\s+)?json\b/i

function flawOf(document: string): string | null {
  const flaw = jsonFlaw(document)
  return flaw !== null && isJsonLines(document) ? null : flaw
}

function isJsonLines(document: string): boolean {
  const lines = document.split('\n').filter(line => line.trim() !== '')
  return lines.length > 1 && lines.every(line => jsonFlaw(line) === null)
}
