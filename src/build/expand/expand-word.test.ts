import { describe, expect, test } from 'vitest';
import { expandText, expandWord, expandWords } from './expand-word.ts';

const env = new Map(Object.entries({
  HOME: '/root', SHELL: 'ash', EMPTY: '', CITY: '東京', SPACED: ' a b  c ', FILE: 'lib.so.6.1', MARKS: '()[]{}^$.*?|\\z',
})); // prettier-ignore
const options = { env, escape: '\\' };

const words: [text: string, result: string][] = [
  ['plain', 'plain'],
  ["on'e wor'd", 'one word'],
  ["it\\'s", "it's"],
  ['a\\tb', 'atb'],
  ['"a\\tb"', 'a\\tb'],
  ['"a\\\\tb"', 'a\\tb'],
  ["'a\\tb'", 'a\\tb'],
  ['end\\', 'end'],
  ['end\\\\', 'end\\'],
  ['"in\'ner"', "in'ner"],
  ["'x\\'", 'x\\'],
  ['$.', '$.'],
  ['a$', 'a$'],
  ['a$1b', 'ab'],
  ['a$123b', 'ab'],
  ['a$home.', 'a.'],
  ['a$HOME', 'a/root'],
  ['a\\$HOME', 'a$HOME'],
  ['a\\\\$HOME', 'a\\/root'],
  ['"a\\$HOME"', 'a$HOME'],
  ['\\${}', '${}'],
  ['a${no}b', 'ab'],
  ['a${HOME}b', 'a/rootb'],
  ['${no-x}${HOME-x}${EMPTY-x}', 'x/root'],
  ['${no:-x}${HOME:-x}${EMPTY:-x}', 'x/rootx'],
  ['${no+x}${HOME+x}${EMPTY+x}', 'xx'],
  ['${no:+x}${HOME:+x}${EMPTY:+x}', 'x'],
  ['${HOME?}${EMPTY?}', '/root'],
  ['${no:-${nor:-$SHELL}}', 'ash'],
  ['${no:-\\$HOME:}', '$HOME:'],
  ['${no:-\\${HOME}z}y', '${HOMEz}y'],
  ['${no:-a {b}', 'a {b'],
  ['${no}}', '}'],
  ["'a${HOME}'", 'a${HOME}'],
  ['"a\'$HOME\'"', "a'/root'"],
  ['x$CITY', 'x東京'],
  ['${CITY#東}', '京'],
  ['$@$*$#$?$-$$$!$0', ''],
  ['$@@a', '@a'],
  ['${FILE#*.}', 'so.6.1'],
  ['${FILE##*.}', '1'],
  ['${FILE%.*}', 'lib.so.6'],
  ['${FILE%%.*}', 'lib'],
  ['${FILE#l?b}', '.so.6.1'],
  ['${FILE#nothing}', 'lib.so.6.1'],
  ['${FILE#}', 'lib.so.6.1'],
  ['${FILE##}', 'lib.so.6.1'],
  ['${FILE#$no}', 'lib.so.6.1'],
  ['${MARKS#()[]{\\}^$.\\*\\?|\\\\}', 'z'],
  ['${FILE/./-}', 'lib-so.6.1'],
  ['${FILE//./-}', 'lib-so-6-1'],
  ['${FILE//s?/S}', 'lib.S.6.1'],
  ['${FILE/s*6/}', 'lib..1'],
  ['${HOME//\\//+}', '+root'],
  ['${FILE/lib/$SHELL}', 'ash.so.6.1'],
  ['a<<b', 'a<<b'],
]; // prettier-ignore

const broken: [text: string, message: string][] = [
  ["it's", 'failed to process "it\'s": unexpected end of statement while looking for matching single-quote'],
  ['"open', 'looking for matching double-quote'],
  ['"open\\"', 'looking for matching double-quote'],
  ['${}', 'syntax error: bad substitution'],
  ['${{x}', 'syntax error: bad substitution'],
  ['${:-x}', 'syntax error: bad substitution'],
  ['${', "syntax error: missing '}'"],
  ['${HOME', 'unsupported modifier () in substitution'],
  ['${no:-x', "syntax error: missing '}'"],
  ['${no:-a ${HOME}', "syntax error: missing '}'"],
  ['${.}', 'unsupported modifier (.) in substitution'],
  ['${HOME:X}', 'unsupported modifier (:X) in substitution'],
  ['${HOME:=x}', 'unsupported modifier (:=) in substitution'],
  ['${HOME=x}', 'unsupported modifier (=) in substitution'],
  ['${HOME:#x}', 'unsupported modifier (:#) in substitution'],
  ['${no?}', 'no: is not allowed to be unset'],
  ['${no?why $SHELL}', 'no: why ash'],
  ['${EMPTY:?}', 'EMPTY: is not allowed to be empty'],
  ['${FILE#\\x}', "invalid pattern (\\x) in substitution: invalid escape '\\x'"],
  ['${FILE/x}', "syntax error: missing '/' in ${}"],
  ['${FILE/x/y', "syntax error: missing '}'"],
  ['${a:-'.repeat(80), 'nested too deeply'],
]; // prettier-ignore

const split: [text: string, result: string[]][] = [
  ['a b', ['a', 'b']],
  [' a  b ', ['a', 'b']],
  ['a\\ b', ['a b']],
  ['a"b c"d', ['ab cd']],
  ['x$SPACED', ['x', 'a', 'b', 'c']],
  ['x${SPACED}y', ['x', 'a', 'b', 'c', 'y']],
  ['x"$SPACED"', ['x a b  c ']],
  ['"" a', ['a']],
  ['<< EOF b', ['<< EOF', 'b']],
];

describe('expandWord()', () => {
  test.each(words)('%s', (text, result) => {
    expect(expandWord(text, options)).toBe(result);
  });

  test.each(broken)('refuses %j', (text, message) => {
    expect(() => expandWord(text, options)).toThrow(message);
  });

  test('takes another escape character', () => {
    expect(expandWord('`$HOME \\$HOME', { env, escape: '`' })).toBe('$HOME \\/root');
  });

  test('leaves what is not set, quotes and escapes where asked', () => {
    const how = { ...options, skipUnset: true, rawQuotes: true, rawEscapes: true };
    expect(expandWord('"$no" ${no:-x} ${no#y} \\a $HOME', how)).toBe(
      '"$no" ${no:-x} ${no#y} \\a /root',
    );
    expect(expandWord(`it's $HOME`, { ...options, skipQuotes: true })).toBe("it's /root");
  });

  test('tells which variables there were', () => {
    const { matched, unmatched } = expandText('${HOME:-x} $no ${nor+$EMPTY}', options);
    expect([[...matched], [...unmatched]]).toEqual([
      ['HOME', 'EMPTY'],
      ['no', 'nor'],
    ]);
  });
});

describe('expandWords()', () => {
  test.each(split)('%s', (text, result) => {
    expect(expandWords(text, options)).toEqual(result);
  });
});
