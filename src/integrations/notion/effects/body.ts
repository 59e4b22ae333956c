import type { BoardEffectOf } from '../../../domain/board-effects.ts'
import { withChildren, containerBlock } from '../blocks/blocks.ts'
import { containerRunId } from '../blocks/found.ts'
import { planAppends, type AppendRequest } from '../blocks/split.ts'
import { markdownToBlocks } from '../blocks/to-blocks.ts'
import { normaliseMarkdown } from '../blocks/normal-form.ts'
import { minuteText } from '../../../kernel/text.ts'
import { isRefusal, ServiceFailure, unlessRefused } from '../../../kernel/service-failure.ts'
import { briefDigest } from '../rows/read-page.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import { briefOfBody, foundOf } from './body-text.ts'
import type { EffectContext } from './context.ts'
import { RECENT_MS } from '../rows/row-watch.ts'
import { REFUSED_TRIES, type Delivery } from '../../../outbox/deliverer.ts'
import type { Said } from '../../../store/rebuild.ts'
import type { Run } from '../../../store/run-rows.ts'
import type { Workspace } from '../workspace/workspace.ts'

type BodyOf = BoardEffectOf<'body'>

/**
 * Writes the whole result into the page, under one container of the run. An earlier version's container makes
 * way. A write that may have happened is read back: if it is whole it stands, if not it is written anew.
 */
export async function deliverBody(context: EffectContext, effect: Effect, body: BodyOf): Promise<Delivery> {
  const outputs = await context.store.runs.outputs(body.runId)
  const output = outputs.find(candidate => candidate.id === body.outputId)
  if (output === undefined) return { kind: 'impossible', why: `there is no output ${body.outputId}` }
  const standing = await containersOf(context, body, effect)
  const whole = effect.uncertain ? await firstWhole(context.workspace, standing, output.text) : null
  for (const id of standing) if (id !== whole) await removeIfThere(context, effect, id)
  return done(body, whole ?? (await write(context, body, output.text)))
}

async function firstWhole(
  workspace: Workspace,
  containers: readonly string[],
  text: string,
): Promise<string | null> {
  for (const id of containers) if (await holds(workspace, id, text)) return id
  return null
}

function done(body: BodyOf, notionId: string): Delivery {
  return { kind: 'done', thing: { key: containerKey(body), outsideId: notionId } }
}

/** One container a run, whichever version it holds. */
function containerKey(body: BodyOf): string {
  return `${body.runId}/body`
}

/** The run's containers on the page: the one we know of, and, where a write may have been lost, any that bears its mark. */
async function containersOf(context: EffectContext, body: BodyOf, effect: Effect): Promise<string[]> {
  const known = await context.store.outbox.thing('notion', containerKey(body))
  if (!effect.uncertain) return known === null ? [] : [known]
  const blocks = await context.workspace.api.blocks(body.pageId, () => false)
  return blocks.filter(block => containerRunId(foundOf(block)) === body.runId).map(block => block.id)
}

/**
 * What a person threw away needs no removing: Notion refuses that (400 for what is in the trash, 404 for what is
 * gone). Where it refuses because of the page, it refuses what is written next, too. A 404 may mean a moment: the next
 * try lists what stands in the page.
 */
async function removeIfThere(context: EffectContext, { tries }: Effect, containerId: string): Promise<void> {
  try {
    await context.workspace.api.remove(containerId)
  } catch (error) {
    if (!isRefusal(error) || (error.status === 404 && tries < REFUSED_TRIES)) throw error
  }
}

/** A result that does not stand in its page as it was written. */
export interface BodyDrift {
  readonly effectId: string
  /** What stands there instead. */
  readonly notion: string
}

/**
 * Compares the results of a task with the containers in its page; where there are none to be, nothing is asked.
 * @throws ServiceFailure where Notion does not answer
 */
export async function bodyDrifts(workspace: Workspace, said: Said): Promise<BodyDrift[]> {
  if (said.bodies.length === 0) return []
  const blocks = await workspace.api.blocks(said.pageId, () => false)
  const drifts: BodyDrift[] = []
  for (const { effectId, runId, text } of said.bodies) {
    const [container, ...more] = blocks.filter(block => containerRunId(foundOf(block)) === runId)
    if (container === undefined) drifts.push({ effectId, notion: 'missing' })
    else if (more.length > 0) drifts.push({ effectId, notion: `there ${more.length + 1} times` })
    else if (!(await holds(workspace, container.id, text))) drifts.push({ effectId, notion: 'not the same' })
  }
  return drifts
}

/** Whether a container holds exactly this text. */
async function holds(workspace: Workspace, containerId: string, text: string): Promise<boolean> {
  const blocks = await workspace.api.blocks(containerId, () => true)
  return briefOfBody(blocks) === normaliseMarkdown(text)
}

/** The container goes with as much of the text as one request takes: nearly always all of it. */
async function write(context: EffectContext, body: BodyOf, text: string): Promise<string> {
  const { api } = context.workspace
  const container = withChildren(
    containerBlock(body.runId, await titleOf(context, body)),
    markdownToBlocks(text),
  )
  const made: string[][] = []
  for (const request of planAppends([container])) {
    const parentId = parentOf(request, body.pageId, made)
    made.push(
      await api.append(
        parentId,
        request.children.map(child => ({ ...child })),
      ),
    )
  }
  const containerId = made[0]?.[0]
  if (containerId === undefined) throw unusable()
  return containerId
}

function parentOf(request: AppendRequest, pageId: string, made: readonly (readonly string[])[]): string {
  if (request.parent === 'root') return pageId
  const id = made[request.parent.request]?.[request.parent.child]
  if (id === undefined) throw unusable()
  return id
}

function unusable(): ServiceFailure {
  return new ServiceFailure('Notion: an append answered without the ids of its blocks', {
    errorClass: 'transient',
    billed: 'unknown',
  })
}

/** Says when it was written, and whether the brief is no longer the one that was worked on. */
async function titleOf(context: EffectContext, body: BodyOf): Promise<string> {
  const run = await context.store.runs.get(body.runId)
  const note = run === null ? '' : await briefNote(context, body.pageId, run)
  return `EchoPilot result, ${minuteText(context.world.clock.now())} UTC${note}`
}

async function briefNote(
  context: EffectContext,
  pageId: string,
  { ownBrief, briefDigest: workedOn }: Run,
): Promise<string> {
  // The page never held what a replay was given in its place.
  if (ownBrief !== null) return ' – of a brief that was edited for this run'
  const digest = await briefDigestNow(context, pageId)
  return digest === workedOn ? '' : ' – the brief was changed while it was worked on'
}

/** Null where the brief cannot be read any more: then it is not what it was, and the result is written all the same. */
async function briefDigestNow({ rows, workspace }: EffectContext, pageId: string): Promise<string | null> {
  const read = async (): Promise<string> =>
    briefDigest(workspace, (await rows.page(pageId, RECENT_MS)) ?? (await workspace.api.page(pageId)))
  return unlessRefused(read())
}
