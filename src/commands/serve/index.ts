import { SERVICES } from '../../integrations/index.ts'
import type { Command } from '../../kernel/command.ts'
import { document, type Document } from '../../kernel/document.ts'
import { AppError, messageOf } from '../../kernel/errors.ts'
import { optional, textField, wholeNumberField } from '../../kernel/field.ts'
import type { Log } from '../../kernel/log.ts'
import { defineOperation, type Context } from '../../operations/define.ts'
import type { WebhookReader } from '../../roles/webhook-reader.ts'
import { openCli, type CommandHost } from '../../surfaces/cli/host.ts'
import { webhookIntake } from '../../surfaces/http/intake.ts'
import { listen, type HttpServer, type Place } from '../../surfaces/http/server.ts'
import { inheritedSocket, serviceManager } from '../../surfaces/http/service-manager.ts'
import { tally } from '../../surfaces/http/tally.ts'
import { scanHint } from './scan-hint.ts'

const input = {
  listen: optional(textField('address of this machine; serve.listen if left out')),
  port: optional(wholeNumberField('serve.port if left out; 0 takes a free one', 0, 65_535)),
}

/** While a change waits for another process nothing is answered: services are told to come again instead. */
const BUSY_TIMEOUT_MS = 1_000

/** What is told once requests are answered. */
interface Listening {
  readonly address: string
  /** Services whose webhooks are taken. */
  readonly webhooks: readonly string[]
}

/** Takes webhooks until it is told to stop. */
export const serve: Command<CommandHost> = {
  path: ['serve'],
  summary: 'Listen for webhooks of the services; makes what is paid known sooner, and is never needed',
  examples: [{ words: 'serve', does: 'on loopback, for a proxy that has a certificate' }],
  input,
  run: async (host, raw) => {
    const { session, call } = openCli(
      { ...host.options, actor: 'serve', busyTimeoutMs: BUSY_TIMEOUT_MS },
      host,
    )
    const scan = host.options.jobs.operations['payments-scan']
    const served = serving({
      scan: async () => (scan === undefined ? null : session.run(await scan(), {}, call)),
      told: listening => host.print(listening, () => listeningDocument(listening)),
    })
    try {
      await session.run(served, raw, call)
      return 'ok'
    } finally {
      session.close()
    }
  },
}

function listeningDocument({ address, webhooks }: Listening): Document {
  const taken = webhooks.length === 0 ? 'of no service: none is set up' : `of ${webhooks.join(' and ')}`
  return document(`listens on ${address}, and takes webhooks ${taken}`)
}

type ServeContext = Context<{ settings: 'required'; store: 'required'; services: 'required' }>

interface Serving {
  readonly scan: () => Promise<unknown>
  readonly told: (listening: Listening) => void
}

/** The listener as an operation, for that is what the parts of a process are opened for. */
function serving({ scan, told }: Serving) {
  return defineOperation({
    path: ['serve'],
    summary: 'Listen for webhooks',
    input,
    needs: { settings: 'required', store: 'required', services: 'required' },
    access: 'write',
    isUnrecorded: true,
    scope: 'operate',
    run: async (context, { listen: host, port }) => {
      const { world, log, stop, store } = context
      const { serve: own } = context.settings.settings
      const hint = scanHint(scan, { clock: world.clock, log, stop })
      const counts = tally(store, world.clock, log)
      const readers = readersOf(context)
      const place = inheritedSocket(world) ?? {
        kind: 'own',
        host: host ?? own.listen,
        port: port ?? own.port,
      }
      const intake = webhookIntake({ readers, store, tally: counts, stored: () => hint.want() })
      const server = await listenOn(place, {
        intake,
        trustedProxies: own.trusted_proxies,
        clock: world.clock,
        log,
      })
      const manager = serviceManager(world, log)
      await manager.ready()
      const address = `http://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}`
      const webhooks = [...readers].flatMap(([service, reader]) => (reader === null ? [] : [service]))
      log.info('listens', { address, webhooks: webhooks.join(' ') })
      told({ address, webhooks })
      // What came before this process may have been left by the one before it.
      hint.want()
      await aborted(stop)
      await manager.stopping()
      await server.close()
      await counts.flush()
      await hint.settled()
      return { address }
    },
    render: ({ address }) => document(`listened on ${address}`),
  })
}

/** How the webhooks of each service are read; what keeps one from it keeps no other, and is logged. */
function readersOf({ services, log }: Pick<ServeContext, 'services'> & { readonly log: Log }) {
  const sending = new Set<string>(SERVICES.flatMap(each => ('sendsWebhooks' in each ? [each.name] : [])))
  return new Map<string, WebhookReader | null>(
    services
      .filter(({ name }) => sending.has(name))
      .map(({ name, opened }) => {
        if (!opened.ok) log.error('webhooks are not taken', { service: name, error: opened.error.message })
        return [name, opened.ok ? (opened.value.webhooks ?? null) : null]
      }),
  )
}

/** @throws AppError `config` where the address cannot be had */
async function listenOn(place: Place, options: Parameters<typeof listen>[1]): Promise<HttpServer> {
  try {
    return await listen(place, options)
  } catch (error) {
    const where =
      place.kind === 'own' ? `${place.host} port ${place.port}` : 'the socket that was handed over'
    throw new AppError(
      'config',
      `cannot listen on ${where}: ${messageOf(error)}`,
      'end what listens there, or set another serve.listen or serve.port',
      error,
    )
  }
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
}
