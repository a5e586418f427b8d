/** One question of a quiz: what is chosen, and what came of it. */
import type { Question } from '../../../lesson/course.ts';

export type Verdict = 'open' | 'right' | 'wrong';

export class QuizQuestion {
  readonly #question: Pick<Question, 'answers'>;
  #chosen = $state.raw<ReadonlySet<number>>(new Set());
  #verdict = $state<Verdict>('open');

  constructor(question: Pick<Question, 'answers'>) {
    this.#question = question;
  }

  /** More than one answer is right, so that several may be chosen. */
  get hasSeveral(): boolean {
    return this.#question.answers.filter(({ correct }) => correct).length > 1;
  }
  get verdict(): Verdict {
    return this.#verdict;
  }
  get isAnswerable(): boolean {
    return this.#chosen.size > 0 && this.#verdict !== 'right';
  }
  isChosen(index: number): boolean {
    return this.#chosen.has(index);
  }

  choose(index: number): void {
    const others = this.hasSeveral ? [...this.#chosen].filter((other) => other !== index) : [];
    const isAdded = !this.hasSeveral || !this.#chosen.has(index);
    this.#chosen = new Set(isAdded ? [...others, index] : others);
    this.#verdict = 'open';
  }

  answer(): void {
    const isRight = this.#question.answers.every(
      ({ correct }, index) => correct === this.#chosen.has(index),
    );
    this.#verdict = isRight ? 'right' : 'wrong';
  }
}
