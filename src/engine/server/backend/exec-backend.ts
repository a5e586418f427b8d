/** What the routes under `/exec` need of an engine. */
import type { ExecCreateRequest, ExecInspect } from '../../../api/exec.ts';
import type { AttachedStream, TerminalSize } from './streams.ts';

export interface ExecBackend {
  execCreate(container: string, request: ExecCreateRequest): Promise<string>;
  /** Rejects when there is no such exec instance or it cannot be started; for before the hijack. */
  execCheck(id: string): Promise<void>;
  /** Runs it; with `detach` the stream is absent. */
  execStart(
    id: string,
    options: { readonly detach: boolean; readonly size?: TerminalSize },
  ): Promise<AttachedStream | undefined>;
  execResize(id: string, size: TerminalSize): Promise<void>;
  execInspect(id: string): Promise<ExecInspect>;
}
