/** Whether a page goes on with a session that was saved by itself: asked before anything else of the page is there. */
import { readKept, type KeptStorage } from '../kept.ts';

/** The session that is written again and again. */
export const resumeId = 'resume';

export const resumeKey = 'bottleship.resume';

export interface KeptResume {
  readonly isOn: boolean;
  /** There is a session to resume. */
  readonly isSaved: boolean;
}

/** The session that a page goes on with; undefined when it boots. */
export function sessionToResume(storage: KeptStorage | undefined): string | undefined {
  const { isOn, isSaved } = readKeptResume(storage);
  return isOn && isSaved ? resumeId : undefined;
}

export function readKeptResume(storage: KeptStorage | undefined): KeptResume {
  const kept = readKept(storage, resumeKey);
  const { isOn, isSaved } = (typeof kept === 'object' ? kept : {}) as Partial<KeptResume>;
  return { isOn: isOn === true, isSaved: isSaved === true };
}
