/** CodeMirror's own words in the language of the page: it looks them up by their English. */
import { filesStrings } from '../../../playground/files/files.strings.ts';

type Strings = (typeof filesStrings)['en'];

export function editorPhrases(strings: Strings): Record<string, string> {
  return {
    Find: strings.searchFind,
    Replace: strings.searchReplace,
    next: strings.searchNext,
    previous: strings.searchPrevious,
    all: strings.searchAll,
    'match case': strings.searchMatchCase,
    regexp: strings.searchRegexp,
    'by word': strings.searchByWord,
    replace: strings.searchReplaceOne,
    'replace all': strings.searchReplaceAll,
    close: strings.searchClose,
    Diagnostics: strings.diagnostics,
    'No diagnostics': strings.noDiagnostics,
    Completions: strings.completions,
  };
}
