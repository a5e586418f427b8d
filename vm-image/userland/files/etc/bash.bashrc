# What every interactive shell of the machine starts with. It starts no program: the first prompt
# must not wait for one.

# Of the locale only the character set differs from C. LANG would make every program open a dozen
# files instead of one.
unset LANG
export LC_CTYPE=C.UTF-8
[ -z "$PS1" ] && return

HISTCONTROL=ignoreboth
HISTSIZE=1000
HISTFILESIZE=2000
shopt -s histappend checkwinsize

PS1='\[\e[1;32m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
case "$TERM" in
  dumb | '') PS1='\u@\h:\w\$ ' ;;
esac

export EDITOR=nano PAGER=less LESS=-R
export LS_COLORS='di=01;34:ln=01;36:pi=33:so=01;35:bd=01;33:cd=01;33:or=31;01:su=37;41:sg=30;43:tw=30;42:ow=34;42:st=37;44:ex=01;32:*.tar=01;31:*.tgz=01;31:*.gz=01;31:*.bz2=01;31:*.xz=01;31:*.zst=01;31:*.zip=01;31:*.deb=01;31:*.jpg=01;35:*.png=01;35:*.svg=01;35'
alias ls='ls --color=auto' ll='ls -alF' la='ls -A' l='ls -CF'
alias grep='grep --color=auto' egrep='grep -E --color=auto' fgrep='grep -F --color=auto'
alias ip='ip -color=auto' diff='diff --color=auto'

# Completion rules are read at the first Tab, not at the start: 124 makes the shell try again.
_load_completion() {
  complete -r -D
  . /usr/share/bash-completion/bash_completion
  _completion_loader "$@"
  return 124
}
complete -D -F _load_completion
