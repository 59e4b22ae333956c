import type { Candidate, Completions, Place } from './candidates.ts'

/** A tab parts a word from its meaning. */
export function fish({ places, flagsWithValue, values }: Completions): string {
  return `function __echopilot_candidates
  set -l typed
  set -l flag ''
  set -l words (commandline -opc)
  for word in $words[2..-1]
    if test -n "$flag"
      set flag ''
      continue
    end
    switch $word
      case ${flagsWithValue.join(' ')}
        set flag $word
      case '-*'
      case '*'
        set -a typed $word
    end
  end
  if test -n "$flag"
    switch "$typed $flag"
${values.map(({ typed, choices }) => line(quoted(typed), choices.map(quoted))).join('\n')}
      case '*'
        __fish_complete_path (commandline -ct)
    end
  else
    switch "$typed"
${places.map(place => line(patternOf(place), place.candidates.map(described))).join('\n')}
    end
  end
end
complete -c echopilot -f -a '(__echopilot_candidates)'
`
}

function patternOf({ typed, isCommand }: Place): string {
  return isCommand ? `${quoted(typed)} ${quoted(`${typed} *`)}` : quoted(typed)
}

function line(pattern: string, words: readonly string[]): string {
  return `      case ${pattern}\n        printf '%s\\n' ${words.join(' ')}`
}

function described({ word, meaning }: Candidate): string {
  return meaning === '' ? quoted(word) : `${quoted(word)}\\t${quoted(meaning)}`
}

/** Within single quotes fish reads a backslash and a quote by a backslash before them. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}
