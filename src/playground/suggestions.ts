/** The commands that the first screen offers, in the order a newcomer would try them. */
import type { Strings } from './strings/en.ts';

export interface Suggestion {
  readonly commandLine: string;
  readonly title: (strings: Strings) => string;
}

export const suggestions: readonly Suggestion[] = [
  { commandLine: 'docker run hello-world', title: (strings) => strings.suggestHello },
  { commandLine: 'docker run --rm -it busybox sh', title: (strings) => strings.suggestShell },
  { commandLine: 'docker run -d --name web nginx', title: (strings) => strings.suggestWeb },
  {
    commandLine: 'docker run --rm busybox sh -c "hostname; ps; ls /"',
    title: (strings) => strings.suggestIsolation,
  },
];
