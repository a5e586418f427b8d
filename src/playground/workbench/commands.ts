/** What the command palette offers: everything that a button of the page does, and docker commands on what runs. */
import { languageCodes, languages } from '../language.svelte.ts';
import { shareStrings } from '../share/share.strings.ts';
import { sessionsStrings } from '../sessions/sessions.strings.ts';
import { suggestions } from '../suggestions.ts';
import { actionCommand, needsOwnTerminal } from '../views/containers/container-actions.ts';
import { viewStrings } from '../views/view.strings.ts';
import type { ViewId } from '../views/view-services.ts';
import { keysStrings } from './keys.strings.ts';
import { paletteStrings } from './palette.strings.ts';
import { themeNames } from './theme.svelte.ts';
import type { Workbench } from './workbench.svelte.ts';
import { workbenchStrings } from './workbench.strings.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  /** The docker command it stands for. */
  readonly commandLine?: string;
  readonly run: () => void;
}

export interface CommandSources {
  readonly workbench: Workbench;
  /** Those the page has. */
  readonly views: readonly ViewId[];
  /** Names of containers that run. */
  readonly containers: readonly string[];
}

export function commandsOf(sources: CommandSources): Command[] {
  return [
    ...viewCommands(sources),
    ...terminalCommands(sources.workbench),
    ...containerCommands(sources),
    ...suggestionCommands(sources.workbench),
    ...sessionCommands(sources.workbench),
    ...shareCommands(sources.workbench),
    ...settingCommands(sources.workbench),
  ];
}

/** Those whose title or command line has every word of the query in it. */
export function matchingCommands(commands: readonly Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ title, commandLine = '' }) => {
    const text = `${title} ${commandLine}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function viewCommands({ workbench, views }: CommandSources): Command[] {
  const { code } = workbench.language;
  const { showView, toggleSide } = paletteStrings[code];
  const names = viewStrings[code];
  return [
    {
      id: 'view-start',
      title: showView(workbenchStrings[code].start),
      run: () => workbench.layout.show('start'),
    },
    ...views.map((id) => ({
      id: `view-${id}`,
      title: showView(names[id]),
      run: () => workbench.show(id),
    })),
    { id: 'side', title: toggleSide, run: () => workbench.layout.toggleSide() },
  ];
}

function terminalCommands(workbench: Workbench): Command[] {
  const strings = paletteStrings[workbench.language.code];
  const { terminals, preview, layout } = workbench;
  return [
    {
      id: 'terminal-focus',
      title: strings.goToTerminal,
      run: () => {
        layout.bringForward('terminal');
        terminals.active.terminal.focus();
      },
    },
    {
      id: 'terminal-new',
      title: workbenchStrings[workbench.language.code].newTerminal,
      run: () => workbench.openTerminal(),
    },
    { id: 'terminal-next', title: strings.nextTerminal, run: () => terminals.step(1) },
    {
      id: 'terminal-close',
      title: strings.closeTerminal,
      run: () => terminals.close(terminals.active.id),
    },
    ...preview.ports.map(({ port, containerName }) => ({
      id: `port-${port}`,
      title: strings.openPort(port, containerName),
      run: () => void workbench.openPort(port),
    })),
    ...(preview.shown === undefined
      ? []
      : [
          {
            id: 'preview-close',
            title: strings.closePreview,
            run: () => workbench.closePreview(),
          },
        ]),
  ];
}

/** Of a container that runs. */
const paletteActions = ['logs', 'shell', 'stop', 'restart'] as const;
type PaletteAction = (typeof paletteActions)[number];

function containerCommands({ workbench, containers }: CommandSources): Command[] {
  const strings = paletteStrings[workbench.language.code];
  const typed = (id: string, title: string, commandLine: string): Command => ({
    id,
    title,
    commandLine,
    run: () => workbench.runInTerminal(commandLine),
  });
  const act = (action: PaletteAction, name: string): Command => {
    const commandLine = actionCommand(action, name);
    const plain = typed(`${action}-${name}`, strings[action](name), commandLine);
    if (!needsOwnTerminal(action)) return plain;
    return { ...plain, run: () => workbench.openTerminal({ title: name, commandLine }) };
  };
  return [
    ...containers.flatMap((name) => paletteActions.map((action) => act(action, name))),
    typed('containers', strings.listContainers, 'docker ps -a'),
    typed('images', strings.listImages, 'docker images'),
  ];
}

function suggestionCommands(workbench: Workbench): Command[] {
  return suggestions.map(({ title, commandLine }) => ({
    id: `suggestion-${commandLine}`,
    title: title(workbench.language.strings),
    commandLine,
    run: () => workbench.runInTerminal(commandLine),
  }));
}

function sessionCommands(workbench: Workbench): Command[] {
  const title = sessionsStrings[workbench.language.code].open;
  const { title: keys } = keysStrings[workbench.language.code];
  return [
    { id: 'sessions', title, run: () => workbench.openDialog('sessions') },
    { id: 'keys', title: keys, run: () => workbench.openDialog('keys') },
  ];
}

function shareCommands(workbench: Workbench): Command[] {
  const { shareTitle, repositoryTitle } = shareStrings[workbench.language.code];
  return [
    { id: 'share', title: shareTitle, run: () => workbench.openDialog('share') },
    { id: 'repository', title: repositoryTitle, run: () => workbench.openDialog('repository') },
  ];
}

function settingCommands({ language, theme }: Workbench): Command[] {
  const { chooseTheme, speak } = paletteStrings[language.code];
  const { themeSystem, themeLight, themeDark } = workbenchStrings[language.code];
  const names = { system: themeSystem, light: themeLight, dark: themeDark };
  return [
    ...themeNames.map((name) => ({
      id: `theme-${name}`,
      title: chooseTheme(names[name]),
      run: () => theme.choose(name),
    })),
    ...languageCodes.map((code) => ({
      id: `language-${code}`,
      title: speak(languages[code].languageName),
      run: () => language.choose(code),
    })),
  ];
}
