/**
 * Runs the programs a recipe needs (make, gcc, dpkg-deb) in an environment that is the same on every
 * machine, so that what they build is the same too.
 */
import { spawn } from 'node:child_process';

/** 2026-01-01 00:00:00 UTC: the time of everything the recipes build. */
export const sourceDateEpochSeconds = 1767225600;

/** Characters of a failed program's output that its error message carries. */
const outputTailLength = 4000;

/** The environment of every recipe's programs: no locale, no time zone, no user in the result. */
export function recipeEnvironment(extra = {}) {
  return {
    PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(sourceDateEpochSeconds),
    ...extra,
  };
}

/**
 * Runs a program to its end and resolves with its standard output as text. Rejects with the tail of
 * its output when it fails. `umask` is 022 throughout.
 */
export function run(program, args, { cwd, env = {}, input } = {}) {
  return new Promise((resolve, reject) => {
    const before = process.umask(0o022);
    const child = spawn(program, args, {
      cwd,
      env: recipeEnvironment(env),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    process.umask(before);
    const stdout = [];
    const stderr = [];
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => stderr.push(chunk));
    if (input !== undefined) child.stdin.end(input);
    child.on('error', (cause) => reject(new Error(`Cannot run "${program}"`, { cause })));
    child.on('close', (code, signal) => {
      const text = Buffer.concat(stdout).toString();
      if (code === 0) return resolve(text);
      const tail = (text + Buffer.concat(stderr).toString()).slice(-outputTailLength);
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      reject(new Error(`Cannot run "${program} ${args.join(' ')}": ${how}\n${tail}`));
    });
  });
}
