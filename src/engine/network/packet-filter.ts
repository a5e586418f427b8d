/**
 * The rules of all networks, in the machine's packet filter. The first run of iptables-restore is not free, as the machine
 * has to load it: so the chains are made once, behind whatever else the engine does, and only what depends on them waits.
 */
import type { Daemon } from '../daemon.ts';
import { restoreRules } from './restore-rules.ts';
import { addText, baseRules, networkRules, removeText, type Rule } from './rules.ts';

export class PacketFilter {
  /** One change after another: each is read, changed and written as a whole. */
  #last: Promise<void> = Promise.resolve();

  /** Makes the chains, with the rules of every network. */
  setUp(daemon: Daemon): Promise<void> {
    const rules = daemon.networks.list().flatMap(networkRules);
    return this.#queue(() => restore(daemon, baseRules() + addText(rules)));
  }

  add(daemon: Daemon, rules: readonly Rule[]): Promise<void> {
    if (rules.length === 0) return this.ready();
    return this.#queue(() => restore(daemon, addText(rules)));
  }

  /** Never rejects: a rule that is gone already is no error. */
  async remove(daemon: Daemon, rules: readonly Rule[]): Promise<void> {
    if (rules.length === 0) return;
    await this.#queue(async () => {
      try {
        await restore(daemon, removeText(rules));
      } catch {
        for (const rule of rules) await restore(daemon, removeText([rule])).catch(() => {});
      }
    }).catch(() => {});
  }

  /** Resolves when everything asked for so far is in place, or has failed. */
  ready(): Promise<void> {
    return this.#last;
  }

  #queue(change: () => Promise<void>): Promise<void> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }
}

function restore({ guest }: Daemon, text: string): Promise<void> {
  const cause = 'Tell the kernel which packets may pass, and which get other addresses';
  return restoreRules(guest, text, { program: 'iptables', cause });
}
