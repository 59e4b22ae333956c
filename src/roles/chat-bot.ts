/** Something that a person wrote. */
export interface ChatUpdate {
  /** Each is greater than the one before. */
  readonly id: number
  /** Null for what is no text of a person, which is passed over. */
  readonly said: {
    readonly user: string
    readonly chat: string
    readonly text: string
    /** What it is an answer to; null where it is none. */
    readonly replyTo: string | null
  } | null
}

/** A bot that people write to. Each method may throw `ServiceFailure`. */
export interface ChatBot {
  /** What its reading is booked under. */
  readonly service: string
  /** Whom it obeys, and where: both have to be listed. */
  readonly users: readonly string[]
  readonly chats: readonly string[]
  /** Waits for what is new, from an update on; empty where nothing came for a while. */
  updates(from: number | null, stop: AbortSignal): Promise<readonly ChatUpdate[]>
  /** Says a text, as it is and in one width of letters; a long one in several messages. */
  say(chat: string, text: string): Promise<void>
}
