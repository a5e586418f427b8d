#!/usr/bin/env node
/** The `bottleship` command: picks the program to run. Plain JavaScript: it must start on a fresh clone. */
import { readFileSync } from 'node:fs';

const commands = {
  start: {
    summary: 'Serve the playground and the registry proxy on loopback',
    module: './start.mjs',
  },
  serve: {
    summary: 'Serve the Docker Engine API on a socket, without a browser',
    module: './serve.mjs',
  },
  lesson: { summary: 'Check and import lessons', module: './lesson.mjs' },
  proxy: { summary: 'Serve the registry proxy alone', module: './proxy.mjs' },
};

function help() {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(10)}${summary}`,
  );
  return `Usage:  bottleship [COMMAND] [OPTIONS]\n\nCommands:\n${lines.join('\n')}\n\nWithout a command it runs \`start\`. \`bottleship COMMAND --help\` tells the options.\n`;
}

function version() {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

const [first] = process.argv.slice(2);
const name = first === undefined || first.startsWith('-') ? 'start' : first;
if (first === '--help' || first === '-h' || first === 'help') {
  process.stdout.write(help());
} else if (first === '--version' || first === '-v') {
  process.stdout.write(`Bottleship version ${version()}\n`);
} else if (Object.hasOwn(commands, name)) {
  if (first === name) process.argv.splice(2, 1);
  await import(commands[name].module);
} else {
  process.stderr.write(
    `bottleship: unknown command: bottleship ${name}\n\nRun 'bottleship --help' for more information\n`,
  );
  process.exitCode = 1;
}
