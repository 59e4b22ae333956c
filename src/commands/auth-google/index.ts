import type { Command } from '../../kernel/command.ts'
import { document, facts, next } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { flagField } from '../../kernel/field.ts'
import { minuteText } from '../../kernel/text.ts'
import { defineOperation, type ServiceAttempt } from '../../operations/define.ts'
import type { BegunSignIn, SignIn } from '../../roles/sign-in.ts'
import { openCli, type Ask, type CommandHost } from '../../surfaces/cli/host.ts'
import { openLoopback } from './loopback.ts'

const input = {
  paste: flagField('the browser is on another machine: type in the address that it is sent to at the end'),
}

/** Where the browser is sent with `--paste`: nothing listens there, and its address is what is wanted. */
const NOWHERE = 'http://127.0.0.1:1'

/** Signs in to Google, for mails and files. */
export const authGoogle: Command<CommandHost> = {
  path: ['auth', 'google'],
  summary: 'Sign in to Google by your browser, so that mails go out by Gmail',
  examples: [{ words: 'auth google --paste', does: 'where the browser is on another machine' }],
  input,
  run: async (host, raw) => {
    const { session, call } = openCli(host.options, host)
    const tell = (text: string): void => host.terminal.err(`${text}\n`)
    try {
      const { result } = await session.run(signingIn(host.ask, tell), raw, call)
      host.print(result, () => doneDocument(result))
      return 'ok'
    } finally {
      session.close()
    }
  },
}

interface Done {
  readonly account: string | null
  readonly scopes: readonly string[]
  /** When it ends by itself; null where it lasts. */
  readonly endsAt: string | null
}

function doneDocument({ account, endsAt }: Done) {
  return document(
    `signed in${account === null ? '' : ` as ${account}`}`,
    endsAt === null
      ? null
      : facts(['ends', `${endsAt} UTC: the app is in Testing at Google; publish it to make it last`]),
    next('echopilot doctor'),
  )
}

/** The sign-in as an operation, for that is what the parts of a process are opened for; one at a time. */
function signingIn(ask: Ask | null, tell: (text: string) => void) {
  return defineOperation({
    path: ['auth', 'google'],
    summary: 'Sign in to Google',
    input,
    needs: { store: 'required', services: 'required' },
    access: 'write',
    exclusive: true,
    scope: 'operate',
    run: async (context, { paste }): Promise<Done> => {
      const google = signInOf(context.services)
      const { begun, came } = paste
        ? await byPaste(google, ask)
        : await byLoopback(google, { tell, stop: context.stop })
      const { account, scopes, endsMs } = await begun.finish(came, context)
      return { account, scopes, endsAt: endsMs === null ? null : minuteText(endsMs) }
    },
    render: doneDocument,
  })
}

/** @throws AppError `config` where the app at Google is not set */
function signInOf(services: readonly ServiceAttempt[]): SignIn {
  const opened = services.find(({ name }) => name === 'google')?.opened
  if (opened?.ok === false) throw opened.error
  const signIn = opened?.value.signIn
  if (signIn !== undefined) return signIn
  throw new AppError(
    'config',
    'the app at Google is not set: GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET',
    'make an OAuth client of the type Desktop at console.cloud.google.com/auth/clients, and set both',
  )
}

interface Answered {
  readonly begun: BegunSignIn
  readonly came: URLSearchParams
}

interface Watched {
  readonly tell: (text: string) => void
  readonly stop: AbortSignal
}

async function byLoopback(google: SignIn, { tell, stop }: Watched): Promise<Answered> {
  let begun: BegunSignIn | null = null
  const { redirectUri, answer } = await openLoopback(came => begun?.isAnswer(came) === true, stop)
  begun = google.begin(redirectUri)
  tell(askedOf(begun))
  return { begun, came: await answer }
}

/** @throws AppError `usage` where nobody can be asked, or what was typed is no answer to this sign-in */
async function byPaste(google: SignIn, ask: Ask | null): Promise<Answered> {
  if (ask === null)
    throw new AppError('usage', 'nobody can be asked here', 'echopilot auth google, at a terminal')
  const begun = google.begin(NOWHERE)
  const typed = await ask(`${askedOf(begun)}\nIt ends on a page that cannot be opened. Its address: `)
  const came = URL.parse(typed.trim())?.searchParams
  if (came !== undefined && begun.isAnswer(came)) return { begun, came }
  throw new AppError(
    'usage',
    'that is not the address that the browser was sent to by this sign-in',
    'echopilot auth google --paste, and copy the whole address',
  )
}

function askedOf({ url, asks }: BegunSignIn): string {
  const why = asks.map(ask => `  ${ask.why} (${ask.scope.split('/').at(-1) ?? ''})`)
  return `Open this address in your browser. EchoPilot asks to be allowed\n${why.join('\n')}\n\n${url}\n`
}
