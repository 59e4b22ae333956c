import * as z from 'zod'

/** Only what is used of a chat completion; compatible servers leave much of the rest out. */
export const ChatCompletion = z.object({
  model: z.string().nullish(),
  service_tier: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
        }),
      }),
    )
    .min(1),
  usage: z
    .object({
      prompt_tokens: z.int().nonnegative(),
      completion_tokens: z.int().nonnegative(),
      prompt_tokens_details: z
        .object({
          cached_tokens: z.int().nonnegative().nullish(),
          cache_write_tokens: z.int().nonnegative().nullish(),
        })
        .nullish(),
      completion_tokens_details: z.object({ reasoning_tokens: z.int().nonnegative().nullish() }).nullish(),
    })
    .nullish()
    // A server that sends usage of another shape has not said what it used.
    .catch(null),
})

/** A chat completion that was checked. */
export type ChatCompletion = z.infer<typeof ChatCompletion>

/** A page of the models list; `shutdown_date` is OpenAI's. */
export const ModelList = z.object({
  data: z.array(z.object({ id: z.string(), shutdown_date: z.union([z.string(), z.number()]).nullish() })),
})
