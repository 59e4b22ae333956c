/** What is read of the body of an error; its words stand at the beginning, and a page of a proxy has no end. */
const MOST_CHARACTERS = 64_000
/** The SDK writes errors as text again, which fails where they are nested some thousands deep. */
const DEEPEST = 100

/**
 * A fetch whose errors are short and flat enough for whoever reads them: of one that is not, its beginning stands as
 * plain text. An error that cannot be read would be one of the network, after which nobody knows what was billed.
 */
export function withShortErrors(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (response.ok) return response
    const text = await textOf(response)
    if (text.length <= MOST_CHARACTERS && depthOf(text) <= DEEPEST) return response
    const headers = new Headers(response.headers)
    headers.set('content-type', 'text/plain')
    return new Response(text.slice(0, 2_000).toWellFormed(), { status: response.status, headers })
  }
}

/** A body that breaks is left to whoever reads it next: status and headers are there. */
async function textOf(response: Response): Promise<string> {
  try {
    return await response.clone().text()
  } catch {
    return ''
  }
}

/** How deep brackets nest in a text, within strings too. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[{}[\]]/g)) {
    depth += bracket === '{' || bracket === '[' ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
