# shellcheck shell=bash
# Completion for asio-chatd, asio-chat and asio-chat-certs: whatever their --help says.

_asio_chat() {
  local command=$1 current=$2 previous=$3 words help wanted given
  # bash takes = for a word of its own: --cert=FILE is three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  # A sub-command, if there is one, has options of its own.
  help=$("$command" --help 2>/dev/null </dev/null)
  words=$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z][a-z-]*\).*/\1/p' <<<"$help")
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $'\n'$words$'\n' == *$'\n'"$word"$'\n'* ]]; then
      help=$("$command" "$word" --help 2>/dev/null </dev/null)
      words=
      # Below the options stands what each action of a sub-command does: add NAME, list, show NAME.
      if grep -q '^  ACTION ' <<<"$help"; then
        words=$(sed '1,/^Options:/d' <<<"$help" | grep -oE '([a-z]+, )*[a-z]+ NAME' | sed 's/ NAME$//; s/, /\n/g')
        for given in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          [[ $'\n'$words$'\n' == *$'\n'"$given"$'\n'* ]] && words=
        done
      fi
      break
    fi
  done

  COMPREPLY=()
  if [[ $previous == -* ]]; then
    # What stands behind the option in the help is what it wants.
    wanted=$(sed -n "s/^  \(-[^ ]*,\)\?$previous\(,-[^ ]*\)\? \([^ ]*\).*/\3/p" <<<"$help")
    case $wanted in
    *FILE* | *PATH*)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    *DIR*)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    'on|off') ;; # may stand alone
    *'{'*'}'*)
      wanted=${wanted#*\{}
      wanted=${wanted%%\}*}
      mapfile -t COMPREPLY < <(compgen -W "${wanted//,/ }" -- "$current")
      return
      ;;
    *'|'*)
      mapfile -t COMPREPLY < <(compgen -W "${wanted//|/ }" -- "$current")
      return
      ;;
    ?*) return ;;
    esac
  fi
  if [[ $current == -* ]]; then
    words=$(grep -oE '^  (-[^ ]+)' <<<"$help" | tr -d ' ' | tr ',' '\n')
  elif [[ $wanted == 'on|off' ]]; then
    words+=$'\non off'
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ ${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}

complete -F _asio_chat asio-chatd asio-chat asio-chat-certs
