import type { TaskType } from '../task-type.ts'
import { withoutEntities } from './entities.ts'
import { isBareJson } from '../json-check.ts'
import { closesFence, fenceOf, isBlank } from '../markdown/line-starts.ts'

/**
 * The work that an answer brings, as it is checked, judged and delivered (SPEC §7): taken out of a fence that stands
 * around all of it, entities read as characters. Data stays exactly as it came.
 */
export function workIn(answer: string, task: { readonly type: TaskType; readonly brief: string }): string {
  const work = outOfFence(answer, task)
  return task.type === 'Data-transform' ? work : withoutEntities(work)
}

/** Whether a brief wants a fence itself: then the answer is the code, not Markdown that was wrapped once too often. */
const WANTS_FENCE =
  /\bcode.?(?:blocks?|fences?)\b|\bfenced (?:code|block|markdown)\b|\b(?:in|inside|within) (?:an? )?(?:markdown )?fences?\b|\braw markdown\b|\bmarkdown (?:source|code|fences?)\b|\bquelltext\b/i

/** Briefs whose answer may well be code in a fence that names no language. */
const WANTS_CODE =
  /\b(?:code|script|skript|function|funktion|snippet|program|programm|query|regex|sql|html|css|csv|tsv|xml|ya?ml|toml|json|bash|shell|python|javascript|typescript|java|config\w*|konfig\w*|command|befehl|template|vorlage|ascii|diagram\w*|log|poem|gedicht)\b/i

/**
 * The work of an answer that stands whole in one fence of Markdown, taken out of it; any other answer as it is. A fence
 * without a language counts where the brief asks for prose.
 */
export function outOfFence(text: string, task: { readonly type: TaskType; readonly brief: string }): string {
  const lines = text.trim().split('\n')
  const opening = fenceOf(lines[0]?.trimEnd() ?? '')
  if (opening === null || WANTS_FENCE.test(task.brief)) return text
  const language = opening.info.toLowerCase()
  if (language !== 'markdown' && language !== 'md' && language !== '') return text
  const inner = insideOf(lines, opening)
  if (inner === null) return text
  const isProse = task.type !== 'Data-transform' && !WANTS_CODE.test(task.brief) && !isBareJson(inner)
  return language !== '' || isProse ? inner : text
}

/**
 * What stands between the first line and the one that closes it, which must be the last; a text that was cut off has
 * none. Models do not lengthen the outer fence for those inside, so these are counted: a fence with a language opens,
 * and one without closes, unless it stands between an empty line and a full one, as where code begins.
 */
function insideOf(lines: readonly string[], opening: NonNullable<ReturnType<typeof fenceOf>>): string | null {
  let depth = 1
  for (let at = 1; at < lines.length; at += 1) {
    const fence = fenceOf(lines[at]?.trimEnd() ?? '')
    if (fence === null || fence.char !== opening.char || fence.size < opening.size) continue
    const closes = closesFence(lines[at] ?? '', opening) && !(depth === 1 && beginsCode(lines, at))
    depth += closes ? -1 : 1
    if (depth === 0) return at === lines.length - 1 ? lines.slice(1, at).join('\n') : null
  }
  return lines.length > 1 ? lines.slice(1).join('\n') : null
}

function beginsCode(lines: readonly string[], at: number): boolean {
  const after = lines[at + 1]
  return isBlank(lines[at - 1] ?? '') && after !== undefined && !isBlank(after)
}
