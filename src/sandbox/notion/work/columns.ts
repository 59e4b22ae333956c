/** Changing the columns of a data source: add, rename, retype, remove. */
import { isObject, type JsonObject } from '../../lib/json.ts'
import { invalid, notInSandbox } from '../errors.ts'
import {
  addProperty,
  askedConfigAt,
  configOf,
  removeProperty,
  type AskedConfig,
} from '../properties/config.ts'
import { optionsOf } from '../properties/options.ts'
import { findProperty } from '../properties/find.ts'
import { valueInWords } from '../properties/show.ts'
import { plainRichText } from '../rich-text.ts'
import { textAt, wrong } from '../shape.ts'
import type { Property } from '../store/properties.ts'
import type { Workspace } from '../workspace.ts'
import { isWritable } from '../properties/types.ts'

/** Applies `{nameOrId: configuration | {name} | null}`. */
export function updateColumns(workspace: Workspace, sourceId: string, given: JsonObject, path: string): void {
  for (const [key, value] of Object.entries(given)) {
    const property = findProperty(workspace.properties.of(sourceId), key)
    if (value === null) {
      if (property === undefined) throw invalid(`Could not find property with name or id: ${key}`)
      removeProperty(workspace, property)
      continue
    }
    changeColumn(workspace, sourceId, key, property, value, `${path}.${key}`)
  }
}

function changeColumn(
  workspace: Workspace,
  sourceId: string,
  key: string,
  property: Property | undefined,
  value: unknown,
  path: string,
): void {
  const asked = askedConfigAt(value, path)
  const name =
    isObject(value) && value['name'] !== undefined ? textAt(value['name'], `${path}.name`) : undefined
  if (property === undefined) {
    if (asked === undefined) throw invalid(`Could not find property with name or id: ${key}`)
    if (asked.type === 'title') throw invalid('Cannot create a second title property.')
    addProperty(workspace, sourceId, free(workspace, sourceId, name ?? key, undefined), asked, path)
    return
  }
  const retyped = asked === undefined ? property : retype(workspace, property, asked, path)
  const renamed = name === undefined ? retyped.name : free(workspace, sourceId, name, property)
  workspace.properties.update({ ...retyped, name: renamed })
}

function free(workspace: Workspace, sourceId: string, name: string, self: Property | undefined): string {
  if (name === '') throw wrong('body.properties', 'populated', name)
  const taken = workspace.properties.of(sourceId).some(one => one.name === name && one.id !== self?.id)
  if (taken) throw invalid(`Property with name "${name}" already exists.`)
  return name
}

function retype(workspace: Workspace, property: Property, asked: AskedConfig, path: string): Property {
  const description = asked.description === undefined ? property.description : asked.description
  if (asked.type === property.type) {
    // A relation's target and kind stay as they were made.
    const config =
      asked.type === 'relation' ? property.config : configOf(asked, `${path}.${asked.type}`, property)
    return { ...property, config, description }
  }
  if (property.type === 'title' || asked.type === 'title')
    throw invalid('Cannot change the type of the title property.')
  if (property.type === 'relation' || asked.type === 'relation') {
    throw notInSandbox('turn a relation into another type or back: remove it and add one')
  }
  const changed: Property = {
    ...property,
    type: asked.type,
    description,
    config: configOf(asked, `${path}.${asked.type}`, undefined),
  }
  convertValues(workspace, property, changed)
  return changed
}

/** Text survives a change between text-like types; whatever cannot be carried over is empty afterwards. */
function convertValues(workspace: Workspace, old: Property, now: Property): void {
  if (!isWritable(old.type)) return
  for (const page of [
    ...workspace.pages.in(old.sourceId, false),
    ...workspace.pages.in(old.sourceId, true),
  ]) {
    if (page.values[old.id] === undefined) continue
    const words = valueInWords(workspace, page, old)
    workspace.pages.update({ ...page, values: { ...page.values, [old.id]: converted(words, now) } })
  }
}

function converted(words: string, { type, config }: Property): unknown {
  if (type === 'rich_text') return plainRichText(words)
  if (type === 'checkbox') return words === 'Yes'
  if (words === '') return null
  if (type === 'url' || type === 'email' || type === 'phone_number') return words
  if (type === 'select' || type === 'status')
    return optionsOf(config).find(({ name }) => name === words)?.id ?? null
  const number = Number(words)
  return type === 'number' && !Number.isNaN(number) ? number : null
}
