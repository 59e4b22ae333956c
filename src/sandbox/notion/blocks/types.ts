/** The block types and what each may carry. */

/** What a type of block has besides its parent and times. */
export interface BlockType {
  readonly text?: true
  readonly color?: true
  readonly icon?: true
  readonly caption?: true
  readonly checked?: true
  readonly toggleable?: true
  readonly url?: true
  /** May have blocks below it. */
  readonly children?: true
}

/** The types the stand-in keeps and callers may make. */
const BLOCK_TYPES: Readonly<Record<string, BlockType>> = {
  embed: { url: true, caption: true },
  bookmark: { url: true, caption: true },
  code: { text: true, caption: true },
  equation: {},
  divider: {},
  breadcrumb: {},
  table_of_contents: { color: true },
  table_row: {},
  table: { children: true },
  heading_1: { text: true, color: true, toggleable: true, children: true },
  heading_2: { text: true, color: true, toggleable: true, children: true },
  heading_3: { text: true, color: true, toggleable: true, children: true },
  heading_4: { text: true, color: true, toggleable: true, children: true },
  paragraph: { text: true, color: true, icon: true, children: true },
  bulleted_list_item: { text: true, color: true, children: true },
  numbered_list_item: { text: true, color: true, children: true },
  quote: { text: true, color: true, children: true },
  to_do: { text: true, color: true, checked: true, children: true },
  toggle: { text: true, color: true, children: true },
  callout: { text: true, color: true, icon: true, children: true },
}

/** The type, or undefined for one the stand-in does not keep. */
export function blockType(name: string): BlockType | undefined {
  return Object.hasOwn(BLOCK_TYPES, name) ? BLOCK_TYPES[name] : undefined
}

/** Types Notion has and the stand-in refuses openly. */
export const BLOCKS_UNKNOWN_HERE = [
  'image',
  'video',
  'pdf',
  'file',
  'audio',
  'tab',
  'link_to_page',
  'column_list',
  'column',
  'template',
  'synced_block',
]

/** Every type a request may name. */
export const BLOCK_NAMES: readonly string[] = [...Object.keys(BLOCK_TYPES), ...BLOCKS_UNKNOWN_HERE]

/** The languages of code blocks, as Notion spells them. */
export const LANGUAGES =
  'abap|abc|agda|arduino|ascii art|assembly|bash|basic|bnf|c|c#|c++|clojure|coffeescript|coq|css|dart|dhall|diff|docker|ebnf|elixir|elm|erlang|f#|flow|fortran|gherkin|glsl|go|graphql|groovy|haskell|hcl|html|idris|java|javascript|json|julia|kotlin|latex|less|lisp|livescript|llvm ir|lua|makefile|markdown|markup|matlab|mathematica|mermaid|nix|notion formula|objective-c|ocaml|pascal|perl|php|plain text|powershell|prolog|protobuf|purescript|python|r|racket|reason|ruby|rust|sass|scala|scheme|scss|shell|smalltalk|solidity|sql|swift|toml|typescript|vb.net|verilog|vhdl|visual basic|webassembly|xml|yaml|java/c/c++/c#'.split(
    '|',
  )
