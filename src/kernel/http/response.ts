import type { LightBody } from './body.ts'
import { decoded } from './encoding.ts'
import { lightHeaders } from './headers.ts'

/** What comes before the body of an answer. */
export interface AnswerHead {
  readonly url: string
  readonly status: number
  readonly statusText: string
  /** Names and values in turn, as node:http has them. */
  readonly rawHeaders: readonly string[]
}

/**
 * An answer as fetch gives it, without loading undici: only `blob()` and `formData()` do. Not an instance of
 * `Response`. Its body can be read once, as text, JSON, bytes or by its stream, which comes in one piece.
 * Reading rejects with what `LightBody` says, and with a TypeError for a body that was read before or is not
 * encoded as it says.
 *
 * @param body null where the answer can have none
 */
export function lightResponse(head: AnswerHead, body: LightBody | null): Response {
  const headers = lightHeaders(head.rawHeaders)
  let used = false
  let stream: Response['body'] = null
  const take = async (): Promise<Buffer> => {
    if (used) throw new TypeError('Body is unusable: Body has already been read')
    if (body === null) return Buffer.alloc(0)
    used = true
    return decoded(await body.bytes(), headers.get('content-encoding'))
  }
  const text = async (): Promise<string> => new TextDecoder().decode(await take())
  // A copy: the memory behind it is shared, with clones and with other answers.
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await take())
  return {
    url: head.url,
    status: head.status,
    statusText: head.statusText,
    ok: head.status >= 200 && head.status <= 299,
    redirected: false,
    type: 'basic',
    headers,
    get bodyUsed() {
      return used
    },
    get body() {
      return body === null ? null : (stream ??= streamOf(take, () => body.cancel()))
    },
    text,
    json: async (): Promise<unknown> => JSON.parse(await text()),
    bytes,
    arrayBuffer: async () => (await bytes()).buffer,
    blob: async () => typed(await bytes(), headers).blob(),
    formData: async () => typed(await bytes(), headers).formData(),
    clone: () => {
      if (used) throw new TypeError('Response.clone: Body has already been consumed.')
      return lightResponse(head, body)
    },
  }
}

/** Nothing is taken before someone reads. */
function streamOf(take: () => Promise<Buffer>, cancel: () => void): NonNullable<Response['body']> {
  return new ReadableStream(
    {
      pull: async controller => {
        const bytes = await take()
        if (bytes.length > 0) controller.enqueue(new Uint8Array(bytes))
        controller.close()
      },
      cancel,
    },
    { highWaterMark: 0 },
  )
}

/** The real one knows how to read forms, and costs the loading of undici. */
function typed(bytes: Uint8Array<ArrayBuffer>, headers: Headers): Response {
  const type = headers.get('content-type')
  return new Response(bytes, { headers: type === null ? {} : { 'content-type': type } })
}
