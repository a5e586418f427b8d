/** What `docker completion bash` prints: a function that asks `docker __complete` at every Tab. */
export const bashScript = `# bash completion for docker
_docker_complete() {
  local cur words cword out directive line
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n "=:" cur words cword
  else
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]}
  fi
  out=$("\${words[0]}" __completeNoDesc "\${words[@]:1:cword-1}" "$cur" 2>/dev/null) || return
  directive=\${out##*:}
  out=\${out%:*}
  COMPREPLY=()
  (( (directive & 1) != 0 )) && return
  [[ $cur == --*=* ]] && cur=\${cur#*=}
  while IFS= read -r line; do
    [[ -n $line && $line == "$cur"* ]] && COMPREPLY+=("$line")
  done <<< "$out"
  (( (directive & 2) != 0 )) && compopt -o nospace 2>/dev/null
  if (( (directive & 4) == 0 && \${#COMPREPLY[@]} == 0 )); then
    compopt -o default 2>/dev/null
    return
  fi
  declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
}
complete -F _docker_complete docker
`;
