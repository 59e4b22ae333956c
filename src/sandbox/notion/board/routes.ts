/** The board's pages and forms. */
import { isObject, stringOf } from '../../lib/json.ts'
import { pageReply } from '../../lib/document.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from '../../lib/service.ts'
import { handAct, type CallDeps } from '../call.ts'
import { sourceOr404 } from '../databases/data-sources.ts'
import { fromPlain } from '../hand/plain.ts'
import { addRow } from '../hand/rows.ts'
import { changePage, pageOr404 } from '../pages/write.ts'
import { idAt } from '../shape.ts'
import { propertiesOfPage } from '../show.ts'
import { titleOfPage, type Workspace } from '../workspace.ts'
import type { Act } from '../writes.ts'
import { homeBody } from './home.ts'
import { boardLayout } from './layout.ts'
import { pageBody } from './page.ts'

/** The routes. `envFile`: what to source in a shell before a command is typed there. */
export function boardRoutes({ workspace, now }: CallDeps, envFile: string): readonly Route[] {
  const posted = (name: string, work: FormWork): Route => ({
    method: 'POST',
    path: `/board/${name}`,
    handle: request => answerForm(workspace, handAct(request, now()), request, work),
  })
  return [
    { method: 'GET', path: '/', handle: request => home(workspace, request, envFile) },
    { method: 'GET', path: '/board/pages/{page_id}', handle: request => page(workspace, request) },
    posted('rows', addByForm),
    posted('trigger', (at, act, form) => edit(at, act, form, { Trigger: form.get('ticked') === 'yes' })),
    posted('decision', decide),
    posted('trash', (at, act, form) => {
      changePage(at, act, pageIn(at, form), { inTrash: form.get('trash') === 'yes' })
    }),
  ]
}

function home(workspace: Workspace, request: SandboxRequest, envFile: string): Reply {
  const chosen = request.query.get('db')
  return pageReply(
    boardLayout({
      title: 'Board',
      body: homeBody(workspace, chosen, envFile),
      path: chosen === null ? '/' : `/?db=${encodeURIComponent(chosen)}`,
      ...stateOf(request),
    }),
  )
}

function page(workspace: Workspace, request: SandboxRequest): Reply {
  const shown = pageOr404(workspace, idAt(request.params['page_id'], 'path.page_id'))
  return pageReply(
    boardLayout({
      title: titleOfPage(workspace, shown.id),
      body: pageBody(workspace, shown),
      path: `/board/pages/${shown.id}`,
      ...stateOf(request),
    }),
  )
}

function stateOf({ query }: SandboxRequest): { readonly live: boolean; readonly problem: string } {
  return { live: query.get('live') === '1', problem: query.get('problem') ?? '' }
}

type FormWork = (workspace: Workspace, act: Act, form: URLSearchParams) => void

function answerForm(workspace: Workspace, act: Act, request: SandboxRequest, work: FormWork): Reply {
  const form = new URLSearchParams(request.rawBody.toString('utf8'))
  const back = backOf(form)
  try {
    work(workspace, act, form)
    return seeOther(back)
  } catch (error) {
    if (!(error instanceof VendorError)) throw error
    // An error rolls the transaction back: nothing is half done.
    throw new VendorError(seeOther(`${back}${back.includes('?') ? '&' : '?'}problem=${problemOf(error)}`))
  }
}

/** Only paths of the board: no form redirects to another site. */
function backOf(form: URLSearchParams): string {
  const back = form.get('back') ?? '/'
  return /^\/(?:\?db=[\w-]+|board\/pages\/[\w-]+)?$/.test(back) ? back : '/'
}

function seeOther(location: string): Reply {
  return { status: 303, headers: { location }, body: '' }
}

function problemOf(error: VendorError): string {
  const body = error.reply.body
  return encodeURIComponent(isObject(body) ? (stringOf(body, 'message') ?? '') : '')
}

function addByForm(workspace: Workspace, act: Act, form: URLSearchParams): void {
  const source = sourceOr404(workspace, idAt(form.get('source') ?? undefined, 'form.source'))
  const filled = [...form].filter(([name, value]) => name.startsWith('p:') && value !== '')
  const values = Object.fromEntries(
    filled.map(([name, value]) => [name.slice(2), value.replaceAll('\r\n', '\n')]),
  )
  addRow(workspace, act, source, values, [])
}

function pageIn(workspace: Workspace, form: URLSearchParams): ReturnType<typeof pageOr404> {
  return pageOr404(workspace, idAt(form.get('page') ?? undefined, 'form.page'))
}

function edit(
  workspace: Workspace,
  act: Act,
  form: URLSearchParams,
  values: Readonly<Record<string, unknown>>,
): void {
  const changed = pageIn(workspace, form)
  changePage(workspace, act, changed, {
    properties: fromPlain(workspace, propertiesOfPage(workspace, changed), values),
  })
}

function decide(workspace: Workspace, act: Act, form: URLSearchParams): void {
  const note = (form.get('note') ?? '').replaceAll('\r\n', '\n')
  edit(workspace, act, form, {
    Decision: form.get('decision') === 'Approve' ? 'Approve' : 'Return',
    ...(note.trim() === '' ? {} : { 'Decision Note': note }),
  })
}
