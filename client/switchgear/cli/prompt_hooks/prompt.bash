# Switchgear at the bash prompt: which model you used last, who serves it, what is left. In ~/.bashrc:
#   eval "$(switchgear prompt init bash)"
# Builtins only, no process. SWITCHGEAR_PROMPT=0 hides it; =env only exports SWITCHGEAR_OK, _WARN or _FAIL.

__switchgear_file=@FILE@
if [[ -z ${EPOCHSECONDS-} ]]; then # bash before 5.0
  __switchgear_start=$(($(date +%s) - SECONDS))
fi

__switchgear_prompt() {
  local status=$? until='' level='' text='' colour=''
  local now=${EPOCHSECONDS:-$((${__switchgear_start:-0} + SECONDS))}
  switchgear_prompt=''
  if [[ $- == *e* ]]; then status=0; fi # a failure handed on would end a shell with set -e
  if [[ ${SWITCHGEAR_PROMPT-} != 0 && -O $__switchgear_file ]]; then
    { IFS=$'\t' read -r until level text; } 2>/dev/null <"$__switchgear_file" || :
  fi
  case $until in '' | *[!0-9]*) until=0 ;; esac
  if ((10#$until < now)); then text=''; fi
  text=${text/\/100/ %}
  if [[ ${SWITCHGEAR_PROMPT-} == env ]]; then
    unset SWITCHGEAR_OK SWITCHGEAR_WARN SWITCHGEAR_FAIL
    case ${text:+$level} in
      ok) export SWITCHGEAR_OK=$text ;;
      warn) export SWITCHGEAR_WARN=$text ;;
      fail) export SWITCHGEAR_FAIL=$text ;;
    esac
  elif [[ -n $text && (-n ${NO_COLOR-} || ${TERM:-dumb} == dumb) ]]; then
    switchgear_prompt="$text "
  elif [[ -n $text ]]; then
    case $level in warn) colour=33 ;; fail) colour=31 ;; *) colour=2 ;; esac
    switchgear_prompt=$'\001\e['$colour$'m\002'$text$'\001\e[0m\002 '
  fi
  return "$status"
}

case "${PROMPT_COMMAND[*]-}" in
  *__switchgear_prompt*) ;;
  *)
    if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
      PROMPT_COMMAND+=(__switchgear_prompt)
    else # shellcheck disable=SC2178,SC2128 # a string, in older ones
      PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__switchgear_prompt
    fi
    ;;
esac
if [[ ${SWITCHGEAR_PROMPT-} != env && ${PS1-} != *'${switchgear_prompt-}'* ]] && shopt -q promptvars; then
  PS1='${switchgear_prompt-}'${PS1-}
fi
