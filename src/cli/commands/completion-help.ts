/** What `docker completion SHELL --help` says of each shell. */

function script(shell: string): string {
  return `Generate the autocompletion script for ${shell}.`;
}

const now = 'To load completions in your current shell session:';
const always = 'To load completions for every new session, execute once:';
const restart = 'You will need to start a new shell for this setup to take effect.';

export const completionHelp = {
  bash: [
    script('the bash shell'),
    "This script depends on the 'bash-completion' package.\nIf it is not installed already, you can install it via your OS's package manager.",
    now,
    '\tsource <(docker completion bash)',
    always,
    '#### Linux:',
    '\tdocker completion bash > /etc/bash_completion.d/docker',
    '#### macOS:',
    '\tdocker completion bash > $(brew --prefix)/etc/bash_completion.d/docker',
    restart,
  ].join('\n\n'),
  fish: [
    script('the fish shell'),
    now,
    '\tdocker completion fish | source',
    always,
    '\tdocker completion fish > ~/.config/fish/completions/docker.fish',
    restart,
  ].join('\n\n'),
  powershell: [
    script('powershell'),
    now,
    '\tdocker completion powershell | Out-String | Invoke-Expression',
    'To load completions for every new session, add the output of the above command\nto your powershell profile.',
  ].join('\n\n'),
  zsh: [
    script('the zsh shell'),
    'If shell completion is not already enabled in your environment you will need\nto enable it.  You can execute the following once:',
    '\techo "autoload -U compinit; compinit" >> ~/.zshrc',
    now,
    '\tsource <(docker completion zsh)',
    always,
    '#### Linux:',
    '\tdocker completion zsh > "${fpath[1]}/_docker"',
    '#### macOS:',
    '\tdocker completion zsh > $(brew --prefix)/share/zsh/site-functions/_docker',
    restart,
  ].join('\n\n'),
} as const;
