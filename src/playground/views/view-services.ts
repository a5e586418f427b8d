/** What every view of the page is given: the engine, the terminal and the language. */
import type { ApiClient } from '../../client/api-client.ts';
import type { Pane } from '../../lesson/course.ts';
import type { Disposable } from '../../lib/disposable.ts';
import type { ContainerHost } from '../container-host.ts';
import type { Language } from '../language.svelte.ts';
import type { Session } from '../session.svelte.ts';
import type { LessonAddress } from './lesson/lesson-address.ts';

export const viewIds = [
  'lesson',
  'files',
  'containers',
  'images',
  'processes',
  'network',
  'xray',
] as const;
export type ViewId = (typeof viewIds)[number];

export interface ViewServices {
  readonly session: Session;
  readonly language: Language;
  /**
   * Calls back with every machine that becomes ready, at once when one is. A machine that is replaced is disposed of
   * before: its streams end by themselves.
   */
  onMachine(listener: (machine: ViewMachine) => void): Disposable;
  /** Types a command line into the terminal in front and runs it, as the learner would. */
  runInTerminal(commandLine: string): void;
  /** Opens a terminal of its own in front, and types a command line there: a container's log or shell. */
  openTerminal(terminal: { readonly title: string; readonly commandLine: string }): void;
  /** Shows a published port in the preview. */
  openPort(port: number): Promise<void>;
  /** Opens a file of the machine in the editor. */
  openFile(path: string): void;
  /** File that `openFile` or a lesson wants open; the files view takes it. Reactive. */
  readonly wantedFile: string | undefined;
  fileTaken(): void;
  /** Brings another view to the front. */
  show(view: ViewId): void;
  /** Arranges the page as a step of a lesson wants it. What the page does not have is passed over. */
  arrange(arrangement: Arrangement): void;
  /** Set where somebody else than the page's address chooses the lesson: an embed's page. */
  readonly lesson?: LessonWish;
}

export interface LessonWish {
  readonly address: LessonAddress;
  checkPassed(check: { readonly step: string; readonly id: string }): void;
}

/** What is beside a lesson's text. */
export interface Arrangement {
  /** The first is the largest. */
  readonly panes: readonly Pane[];
  readonly focus?: Pane;
  /** File of the machine that the editor opens. */
  readonly open?: string;
  /** Published port that the preview shows, once somebody listens. */
  readonly preview?: number;
}

export interface ViewMachine {
  readonly client: ApiClient;
  readonly host: ContainerHost;
}
