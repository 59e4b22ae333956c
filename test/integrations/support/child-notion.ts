/** One request to Notion in a process of its own: `node child-notion.ts <url> <path>`; says what was loaded. */
import { notionSender } from '../../../src/integrations/notion/api/request.ts'
import { lightFetch } from '../../../src/kernel/http/fetch.ts'
import { realClock, realRandom } from '../../../src/kernel/real-world.ts'

const [url = '', path = ''] = process.argv.slice(2)
const send = notionSender({
  baseUrl: url,
  token: 'ntn_test',
  timeoutMs: 60_000,
  world: { fetch: lightFetch(), clock: realClock(), random: realRandom() },
  throttle: async () => {},
})
const answer = await send({ method: 'get', path, repeatable: false }).catch((error: unknown) => String(error))
const loaded: unknown = Reflect.get(process, 'moduleLoadList')
const undici = Array.isArray(loaded) ? loaded.filter(name => String(name).includes('undici')) : ['no list']
process.stdout.write(JSON.stringify({ answer, undici }))
