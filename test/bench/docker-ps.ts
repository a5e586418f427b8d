/** From Enter to the next prompt for `docker ps` in an interactive shell, alone and beside a pull. */
import { repeatMs } from './stats.ts';
import type { Report } from './report.ts';
import type { TestHost } from '../support/host.ts';

/** The aim of a trivial command: quicker is not felt. */
const promptMsMax = 60;

const prompt = /root@bottleship[^\n]*# $/;

export async function benchDockerPs(
  report: Report,
  { host, runs }: { host: TestHost; runs: number },
): Promise<void> {
  const shell = await openShell(host);
  try {
    const ps = () => shell.enter('docker ps');
    // What any program costs in this shell: the rest is what docker adds.
    const program = () => shell.enter('/bin/true');
    await repeatMs(2, ps);
    await repeatMs(2, program);
    const programRow = '/bin/true, Enter → prompt';
    report.add(programRow, await repeatMs(runs, program));
    report.add('docker ps, Enter → prompt', await repeatMs(runs, ps), {
      valueMax: promptMsMax,
      comparedWith: programRow,
    });
    await host.run('docker rmi -f nginx');
    const pull = host.run('docker pull -q nginx');
    report.add('docker ps beside a pull, Enter → prompt', await repeatMs(runs, ps));
    await pull;
  } finally {
    await shell.close();
  }
}

interface Shell {
  /** Types a line; resolves at the next prompt. */
  enter(line: string): Promise<void>;
  close(): Promise<void>;
}

async function openShell({ host }: TestHost): Promise<Shell> {
  const process = await host.openShell({ columns: 120, rows: 30 });
  const reader = process.stdout.getReader();
  const writer = process.stdin.getWriter();
  const decoder = new TextDecoder();
  const untilPrompt = async (): Promise<void> => {
    // What colours the prompt is not part of it.
    const plain = (text: string) => text.replaceAll(/\x1b\[[0-9;?]*[a-zA-Z]/g, '');
    for (let text = ''; !prompt.test(plain(text));) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`The shell ended without a prompt: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
  };
  await untilPrompt();
  return {
    enter: async (line) => {
      await writer.write(new TextEncoder().encode(`${line}\r`));
      await untilPrompt();
    },
    close: async () => {
      await writer.close();
      await reader.cancel();
    },
  };
}
