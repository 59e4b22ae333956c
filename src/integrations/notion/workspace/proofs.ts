import { matchSchema, unusableIn, type SchemaMatch } from '../schema/schema-match.ts'
import { NOTION_DATABASES, propertySpec, type DatabaseKey } from '../schema/schema.ts'
import { keysOf } from '../../../domain/keys-of.ts'
import { proof } from '../../../domain/proof.ts'
import type { Notion } from '../api/client.ts'
import { ServiceFailure } from '../../../kernel/service-failure.ts'
import type { Store } from '../../../store/index.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { NewProof } from '../../../store/proofs.ts'

/** That the token opens the workspace, and that each database has what is read and written. */
export async function notionProofs(store: Store, api: Notion, setUpCommand: string): Promise<NewProof[]> {
  try {
    const me = await api.me()
    const known = await store.notion.databases()
    return [
      proof('proved', 'notion', `the token opens the workspace "${me.workspaceName}"`),
      ...(await databaseProofs(api, known, setUpCommand)),
    ]
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    const fix =
      error.fix ??
      (error.errorClass === 'credential'
        ? 'set a valid NOTION_TOKEN'
        : 'check the network and notion.base_url')
    return [proof('failed', 'notion', error.message, fix)]
  }
}

async function databaseProofs(
  api: Notion,
  known: readonly NotionDatabase[],
  setUpCommand: string,
): Promise<NewProof[]> {
  if (known.length === 0) {
    return [proof('not_proved', 'notion databases', 'none are known yet', setUpCommand)]
  }
  const proofs: NewProof[] = []
  for (const key of keysOf(NOTION_DATABASES)) {
    const database = known.find(candidate => candidate.key === key)
    proofs.push(
      database === undefined
        ? proof('not_proved', subjectOf(key), 'not known: nothing is written there', 'echopilot init')
        : await databaseProof(api, key, database),
    )
  }
  return proofs
}

function subjectOf(key: DatabaseKey): string {
  return `notion ${NOTION_DATABASES[key].title}`
}

async function databaseProof(api: Notion, key: DatabaseKey, database: NotionDatabase): Promise<NewProof> {
  try {
    const found = await api.properties(database.dataSourceId)
    return judge(key, matchSchema(key, found, database.properties))
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return proof(
      'failed',
      subjectOf(key),
      error.message,
      'share it with the integration again, or echopilot init',
    )
  }
}

function judge<D extends DatabaseKey>(key: D, match: SchemaMatch<D>): NewProof {
  const subject = subjectOf(key)
  const repair = 'echopilot init --repair'
  const unusable = unusableIn(key, match)
  const blocking = unusable.filter(spec => spec.required === true).map(spec => spec.name)
  if (blocking.length > 0) return proof('failed', subject, `no usable ${blocking.join(', ')}`, repair)
  const closed = match.missingOptions.find(lacking => match.mapped[lacking.key]?.type === 'status')
  if (closed !== undefined) {
    const detail = `${propertySpec(key, closed.key).name} lacks the options ${closed.names.join(', ')}`
    return proof('failed', subject, detail, `${repair}: a status takes only options that are there`)
  }
  if (unusable.length === 0) return proof('proved', subject, 'every property is there')
  return proof('proved', subject, `usable without ${unusable.map(spec => spec.name).join(', ')}`, repair)
}
