import { singleQuoted } from '../../kernel/typed-as.ts'
import { patternOf, type Candidate, type Completions } from './candidates.ts'

/** To be found by its first line in a folder of `fpath`, or to be sourced after compinit. */
export function zsh({ places, flagsWithValue, values }: Completions): string {
  return `#compdef echopilot
_echopilot() {
  local typed='' flag='' word
  local -a candidates
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $flag ]]; then flag=''; continue; fi
    case "$word" in
      ${flagsWithValue.join('|')}) flag="$word" ;;
      -*) ;;
      *) typed="\${typed:+$typed }$word" ;;
    esac
  done
  if [[ -n $flag ]]; then
    case "$typed $flag" in
${values.map(({ typed, choices }) => line(`'${typed}'`, choices.map(quotedWord))).join('\n')}
      *) _files; return ;;
    esac
  else
    case "$typed" in
${places.map(place => line(patternOf(place), place.candidates.map(described))).join('\n')}
    esac
  fi
  _describe -t words echopilot candidates
}
if [[ $funcstack[1] == _echopilot ]]; then _echopilot "$@"; else compdef _echopilot echopilot; fi
`
}

function line(pattern: string, candidates: readonly string[]): string {
  return `      ${pattern}) candidates=(${candidates.join(' ')}) ;;`
}

/** A colon parts the word from its meaning. */
function described({ word, meaning }: Candidate): string {
  return meaning === '' ? quotedWord(word) : singleQuoted(`${escaped(word)}:${meaning}`)
}

function quotedWord(word: string): string {
  return singleQuoted(escaped(word))
}

function escaped(word: string): string {
  return word.replaceAll(':', String.raw`\:`)
}
