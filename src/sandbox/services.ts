/** The list of stand-ins. It is data only, so that reading it starts and loads nothing. */
import * as GOOGLE from './google/identity.ts'
import { PARENT_PAGE_ID, SANDBOX_TOKEN } from './notion/identity.ts'
import { SANDBOX_KEY } from './openai/identity.ts'
import { CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID } from './paypal/identity.ts'
import { TEST_KEY, WEBHOOK_SECRET } from './stripe/identity.ts'
import { PASSWORD, USER } from './smtp/identity.ts'
import { ANA, BOT_TOKEN } from './telegram/identity.ts'
import { HOOK_PATH, PING_PATH } from './watch/identity.ts'

/** One stand-in as the outside sees it. */
export interface SandboxServiceInfo {
  readonly name: string
  /** Added to the base port; fixed, so that a service keeps its port when others are left out. */
  readonly offset: number
  /** The same for the port of what is no HTTP. */
  readonly besideOffset?: number
  /** What a program needs in its environment to talk to it at `url` (no slash at the end), and at the port beside. */
  env(url: string, besidePort: number): Readonly<Record<string, string>>
}

/** Every stand-in there is, in the order of their ports. */
export const SANDBOX_SERVICES = [
  {
    name: 'openai',
    offset: 0,
    env: (url: string) => ({
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API_KEY: SANDBOX_KEY,
    }),
  },
  {
    name: 'notion',
    offset: 1,
    env: (url: string) => ({
      NOTION_BASE_URL: url,
      NOTION_TOKEN: SANDBOX_TOKEN,
      ECHOPILOT_NOTION_REQUESTS_PER_SECOND: '100',
      ECHOPILOT_NOTION_PARENT_PAGE: PARENT_PAGE_ID,
    }),
  },
  {
    name: 'stripe',
    offset: 2,
    env: (url: string) => ({
      STRIPE_BASE_URL: url,
      STRIPE_SECRET_KEY: TEST_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    }),
  },
  {
    name: 'watch',
    offset: 3,
    env: (url: string) => ({ ALERT_WEBHOOK_URL: `${url}${HOOK_PATH}`, PING_URL: `${url}${PING_PATH}` }),
  },
  {
    name: 'paypal',
    offset: 4,
    env: (url: string) => ({
      PAYPAL_BASE_URL: url,
      PAYPAL_CLIENT_ID: CLIENT_ID,
      PAYPAL_CLIENT_SECRET: CLIENT_SECRET,
      PAYPAL_WEBHOOK_ID: WEBHOOK_ID,
    }),
  },
  {
    name: 'google',
    offset: 5,
    env: (url: string) => ({
      GOOGLE_BASE_URL: url,
      GOOGLE_CLIENT_ID: GOOGLE.CLIENT_ID,
      GOOGLE_CLIENT_SECRET: GOOGLE.CLIENT_SECRET,
      GOOGLE_REFRESH_TOKEN: GOOGLE.REFRESH_TOKEN,
    }),
  },
  {
    name: 'smtp',
    offset: 6,
    besideOffset: 25,
    env: (_url: string, port: number) => ({
      SMTP_URL: `smtp://${USER}:${PASSWORD}@127.0.0.1:${String(port)}`,
      ECHOPILOT_MAIL_FROM: 'Ana Muster <ana@sandbox.example>',
    }),
  },
  {
    name: 'telegram',
    offset: 7,
    env: (url: string) => ({
      TELEGRAM_BASE_URL: url,
      TELEGRAM_BOT_TOKEN: BOT_TOKEN,
      ECHOPILOT_TELEGRAM_CHATS: String(ANA),
      ECHOPILOT_TELEGRAM_USERS: String(ANA),
    }),
  },
] as const satisfies readonly SandboxServiceInfo[]

/** A name in {@link SANDBOX_SERVICES}. */
export type SandboxServiceName = (typeof SANDBOX_SERVICES)[number]['name']

/** The database of a service within the sandbox's folder. */
export function databaseName(service: SandboxServiceName): string {
  return `${service}.db`
}
