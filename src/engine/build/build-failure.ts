/** A command of RUN that ended with a code of its own, which clients end with too. */
import { KindError } from '../../lib/errors.ts';

export class BuildFailure extends KindError {
  readonly code: number;

  constructor(message: string, code: number) {
    super('system', message);
    this.name = 'BuildFailure';
    this.code = code;
  }
}
