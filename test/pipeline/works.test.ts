import { expect, test } from 'vitest'
import { markdownToBlocks } from '../../src/integrations/notion/blocks/to-blocks.ts'
import { completionOf, scriptedModels, verdictText } from '../support/scripted-models.ts'
import { workshop } from '../support/workshop.ts'

const WORK =
  '# Fees & hours\n\n| Item | Price |\n|---|---|\n| Oil & filter | 89\u00a0€ |\n\n```html\n&amp;\n```\n\n- closed on **Sundays**'
const ANSWER = `\`\`\`markdown\n${WORK.replaceAll('&', '&amp;').replace('&amp;amp;', '&amp;').replace('\u00a0€', '&nbsp;&euro;')}\n\`\`\`\n`

test('a work in a fence, with entities, is checked, judged and delivered as what it means', async () => {
  const prompts: string[] = []
  const shop = await workshop({
    fetch: scriptedModels(({ kind, body }) => {
      prompts.push(JSON.stringify(body))
      return { body: completionOf(kind === 'work' ? ANSWER : verdictText()) }
    }),
  })
  const { runId } = await shop.add()
  await shop.drain()
  const [output] = await shop.outputs(runId)
  expect(output?.text).toBe(WORK)
  expect(prompts[1]).toContain(JSON.stringify(WORK).slice(1, -1))
  expect(prompts[1]).not.toContain('```markdown')
  expect(markdownToBlocks(output?.text ?? '').map(({ type }) => type)).toEqual([
    'heading_1',
    'table',
    'code',
    'bulleted_list_item',
  ])
})
