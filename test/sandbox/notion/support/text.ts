/** Rich text and blocks, short. */
/** One piece of text as the API takes it. */
export function text(content: string): { text: { content: string } }[] {
  return [{ text: { content } }]
}

/** A paragraph. */
export function paragraph(content: string): { paragraph: { rich_text: ReturnType<typeof text> } } {
  return { paragraph: { rich_text: text(content) } }
}
