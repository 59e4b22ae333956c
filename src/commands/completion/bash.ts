import { patternOf, type Completions, type Place } from './candidates.ts'

/** Counts the words that are no flags and no values of flags; a flag's own value has only its choices, or files. */
export function bash({ places, flagsWithValue, values }: Completions): string {
  return `_echopilot() {
  local IFS=$'\\n' words='' typed='' flag='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    flag=''
    case "\${COMP_WORDS[i]}" in
      ${flagsWithValue.join('|')}) flag="\${COMP_WORDS[i]}"; ((i += 1)) ;;
      -*) ;;
      *) typed="\${typed:+$typed }\${COMP_WORDS[i]}" ;;
    esac
  done
  if [[ -n $flag && $i -gt $COMP_CWORD ]]; then
    case "$typed $flag" in
${values.map(({ typed, choices }) => line(`'${typed}'`, choices)).join('\n')}
    esac
  else
    case "$typed" in
${places.map(place => line(patternOf(place), wordsOf(place))).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  COMPREPLY=("\${COMPREPLY[@]// /\\\\ }")
}
complete -o default -F _echopilot echopilot
`
}

function wordsOf({ candidates }: Place): string[] {
  return candidates.map(({ word }) => word)
}

function line(pattern: string, words: readonly string[]): string {
  return `      ${pattern}) words=$'${words.join(String.raw`\n`)}' ;;`
}
