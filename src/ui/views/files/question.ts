/** Something the files pane must ask before it goes on. */
export interface Question {
  readonly text: string;
  /** The answer it suggests, a path; without it the question is yes or no. */
  readonly value?: string;
  /** What the button that goes on says. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly answer: (value: string) => void;
}
