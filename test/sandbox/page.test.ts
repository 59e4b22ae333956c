import { expect, test } from 'vitest'
import { escapeHtml, html } from '../../src/sandbox/lib/html.ts'
import { generate, say } from './support/prompts.ts'
import { testServer } from './support/server.ts'
import { armedFaults, fetched, isJsonObject } from './support/wire.ts'

const EVIL = `"><script>alert('x')</script><img src=x onerror=alert(1)>`

test('the state page holds no unescaped text of a caller', async () => {
  const server = await testServer()
  await server.post(`/v1/${encodeURIComponent(EVIL)}`, generate(EVIL))
  await server.post('/v1/chat/completions', { ...generate(EVIL), model: EVIL })
  await server.arm({
    match: { bodyIncludes: EVIL, model: EVIL, path: EVIL },
    action: { type: 'cut', note: EVIL },
  })
  const page = await (await fetch(server.url)).text()
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script')
  expect(page).not.toContain('<img')
  expect(page).not.toContain("alert('x')")
})

test('the state page is whole in itself and may load and run nothing', async () => {
  const server = await testServer()
  const answer = await fetch(server.url)
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  const page = await answer.text()
  expect(page).not.toMatch(/\b(?:src|href)="(?:https?:)?\/\//)
  expect(page).not.toContain('@import')
})

test('the state page shows calls with kind, model, tokens, cost and status', async () => {
  const server = await testServer()
  await say(server.openai, generate('Bread costs 4 euros.'))
  await server.arm({ action: { type: 'cut' } })
  await server.openai.chat.completions.create(generate('Bread')).catch(() => undefined)
  const page = (await (await fetch(server.url)).text()).replaceAll(/\s+/g, ' ')
  const { rows } = await server.ledger()
  expect(page).toContain('gpt-4o')
  expect(page).toContain('<span class="tag">generate</span>')
  expect(page).toContain(`<td class="number">${String(rows[0]?.prompt_tokens)}</td>`)
  expect(page).toContain(`<td class="number">${((rows[0]?.cost_nano_usd ?? 0) / 1e9).toFixed(6)}</td>`)
  expect(page).toContain('no answer')
})

test('its buttons arm, disarm and reset', async () => {
  const server = await testServer()
  const page = await (await fetch(server.url)).text()
  const presets = [...page.matchAll(/name="fault" value="([^"]*)"/g)].map(([, value = '']) => value)
  expect(presets.length).toBeGreaterThan(8)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const preset of presets) {
    const fault = preset.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
    const body = new URLSearchParams({ fault }).toString()
    const answer = await fetch(`${server.url}/__sandbox/faults`, {
      method: 'POST',
      headers: form,
      body,
      redirect: 'manual',
    })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
  }
  const armed = async (): Promise<number> => armedFaults(server.url)
  expect(await armed()).toBe(presets.length)
  await fetch(`${server.url}/__sandbox/faults/clear`, { method: 'POST', headers: form })
  expect(await armed()).toBe(0)
  await say(server.openai, generate('Bread'))
  await fetch(`${server.url}/__sandbox/reset`, { method: 'POST', headers: form })
  expect((await server.ledger()).rows).toEqual([])
})

test('another site cannot press them', async () => {
  const server = await testServer()
  await say(server.openai, generate('Bread'))
  const reset = async (origin: string): Promise<number> =>
    (await fetch(`${server.url}/__sandbox/reset`, { method: 'POST', headers: { origin } })).status
  expect(await reset('https://evil.example')).toBe(403)
  expect((await server.ledger()).rows).toHaveLength(1)
  expect(await reset(server.url)).toBe(200)
})

test('state is JSON and says what the service holds', async () => {
  const server = await testServer()
  await say(server.openai, generate('Bread'))
  const state = await fetched(`${server.url}/__sandbox/state`, isJsonObject)
  expect(state).toMatchObject({ service: 'openai', faults: [], totals: { calls: 1 } })
  expect(state['calls']).toHaveLength(1)
  expect((await fetch(`${server.url}/__sandbox/nothing`)).status).toBe(404)
})

test('markup is escaped once, and only text is', () => {
  expect(html`<b>${'<&>'}</b>${html`<i>${"'"}</i>`}${[html`1`, html`2`]}${3}`.markup).toBe(
    '<b>&lt;&amp;&gt;</b><i>&#39;</i>123',
  )
  expect(escapeHtml('a"b')).toBe('a&quot;b')
})
