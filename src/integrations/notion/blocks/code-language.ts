/** The languages that Notion colours; any other name makes it answer 400. From its SDK, version 5.26. */
const LANGUAGES = new Set(
  (
    'abap,abc,agda,arduino,ascii art,assembly,bash,basic,bnf,c,c#,c++,clojure,coffeescript,coq,css,dart,dhall,' +
    'diff,docker,ebnf,elixir,elm,erlang,f#,flow,fortran,gherkin,glsl,go,graphql,groovy,haskell,hcl,html,idris,' +
    'java,javascript,json,julia,kotlin,latex,less,lisp,livescript,llvm ir,lua,makefile,markdown,markup,matlab,' +
    'mathematica,mermaid,nix,notion formula,objective-c,ocaml,pascal,perl,php,plain text,powershell,prolog,' +
    'protobuf,purescript,python,r,racket,reason,ruby,rust,sass,scala,scheme,scss,shell,smalltalk,solidity,sql,' +
    'swift,toml,typescript,vb.net,verilog,vhdl,visual basic,webassembly,xml,yaml,java/c/c++/c#'
  ).split(','),
)

/** Other names by which these languages are called behind a fence. */
const OTHER_NAMES = {
  powershell: 'bat ps1',
  javascript: 'cjs js jsx mjs',
  'c++': 'cpp cxx',
  'c#': 'cs csharp',
  docker: 'dockerfile',
  'f#': 'fsharp',
  go: 'golang',
  c: 'h',
  haskell: 'hs',
  html: 'htm',
  json: 'jsonc json5',
  kotlin: 'kt',
  makefile: 'make',
  markdown: 'md',
  'objective-c': 'objc',
  diff: 'patch',
  protobuf: 'proto',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  shell: 'sh zsh',
  xml: 'svg',
  hcl: 'terraform tf',
  latex: 'tex',
  typescript: 'ts tsx',
  'visual basic': 'vb',
  webassembly: 'wasm',
  yaml: 'yml',
}

const LANGUAGE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(OTHER_NAMES).flatMap(([language, names]) => names.split(' ').map(name => [name, language])),
)

/** What Notion calls code with no language. */
const NO_LANGUAGE = 'plain text'

/** Notion's language for what stands behind a fence, by its first word; `plain text` where it knows none. */
export function languageOf(info: string): string {
  if (LANGUAGES.has(info)) return info
  const word = (/^[^\s{,:]+/.exec(info)?.[0] ?? '').toLowerCase()
  const name = LANGUAGE_OF.get(word) ?? word
  return LANGUAGES.has(name) ? name : NO_LANGUAGE
}

/**
 * What must stand in the caption so that the text behind the fence reads back: empty where the language says it.
 * `ts` is coloured as TypeScript and keeps its name in the caption.
 */
export function captionOf(info: string): string {
  const implied = languageOf(info) === NO_LANGUAGE ? '' : languageOf(info)
  return info === implied ? '' : info
}

/** The text behind the fence, from language and caption. */
export function infoOf(language: string, caption: string): string {
  if (caption !== '') return caption
  return language === NO_LANGUAGE ? '' : language
}
