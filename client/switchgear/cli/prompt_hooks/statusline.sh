#!/bin/sh
# One line for a status bar: sh statusline.sh RUNTIME_DIRECTORY claude-code|tmux
# claude-code: the line of the session named in the JSON on stdin. tmux: the line of all. Else nothing.
set -u

[ "${SWITCHGEAR_PROMPT-}" != 0 ] || exit 0
file=$1/prompt
if [ "$2" = claude-code ]; then
  json=''
  while IFS= read -r part || [ -n "$part" ]; do json=$json$part; done
  case $json in *'"session_id"'*) ;; *) exit 0 ;; esac
  id=${json#*'"session_id"'}
  id=${id#*'"'}
  id=${id%%'"'*}
  case $id in '' | .* | *[!A-Za-z0-9._-]*) exit 0 ;; esac
  file=$1/sessions/$id
fi

[ -O "$file" ] || exit 0 # not what another user left there
until='' level='' text=''
IFS='	' read -r until level text <"$file" || exit 0
case $until in '' | *[!0-9]*) exit 0 ;; esac
[ -n "$text" ] && [ "$until" -ge "$(date +%s)" ] || exit 0
case $text in */100*) text="${text%%/100*} %${text#*/100}" ;; esac

case $2:${NO_COLOR:+plain}:$level in
  *:plain:*) printf '%s\n' "$text" ;;
  tmux::warn) printf '#[fg=yellow]%s#[default]\n' "$text" ;;
  tmux::fail) printf '#[fg=red]%s#[default]\n' "$text" ;;
  *::warn) printf '\033[33m%s\033[0m\n' "$text" ;;
  *::fail) printf '\033[31m%s\033[0m\n' "$text" ;;
  tmux::*) printf '%s\n' "$text" ;;
  *) printf '\033[2m%s\033[0m\n' "$text" ;;
esac
