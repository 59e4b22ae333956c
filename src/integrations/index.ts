import { effectKinds } from '../domain/effect-kind.ts'
import { fileFolder } from './file-folder/service.ts'
import { google } from './google/service.ts'
import { journal } from './journal/service.ts'
import { mailFolder } from './mail-folder/service.ts'
import { notion } from './notion/service.ts'
import { openai } from './openai/service.ts'
import { paypal } from './paypal/service.ts'
import { pings } from './pings/service.ts'
import { smtp } from './smtp/service.ts'
import { stripe } from './stripe/service.ts'
import { telegram } from './telegram/service.ts'
import { webhook } from './webhook/service.ts'

/**
 * Every outside service there is. Settings, secrets, checks of addresses, `doctor`, connections and the outbox are
 * loops over this list: a new service is a folder beside it and a line in it.
 */
export const SERVICES = [
  openai,
  notion,
  stripe,
  paypal,
  google,
  smtp,
  mailFolder,
  fileFolder,
  journal,
  webhook,
  telegram,
  pings,
] as const

/** Every kind of effect that they deliver. */
export const EFFECT_KINDS = effectKinds(SERVICES)
