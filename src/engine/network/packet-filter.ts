/**
 * The rules of all networks, in the machine's packet filter. The first run of iptables-restore is not free, as the machine
 * has to load it: so the chains are made once, behind whatever else the engine does, and only what depends on them waits.
 */
import type { Daemon } from '../daemon.ts';
import { restoreRules } from './restore-rules.ts';
import {
  addText,
  baseRules,
  baseRulesV6,
  networkRules,
  removeText,
  type AddressFamily,
  type Rule,
} from './rules.ts';

export class PacketFilter {
  /** One change after another: each is read, changed and written as a whole. */
  #last: Promise<void> = Promise.resolve();
  #hasV6 = false;

  /** Makes the chains, with the rules of every network. */
  setUp(daemon: Daemon): Promise<void> {
    this.#hasV6 = false;
    const rules = daemon.networks.list().flatMap(networkRules);
    return this.#queue(async () => {
      await restore(daemon, 'ipv4', baseRules() + addText(ofFamily(rules, 'ipv4')));
      await this.#addV6(daemon, ofFamily(rules, 'ipv6'));
    });
  }

  add(daemon: Daemon, rules: readonly Rule[]): Promise<void> {
    if (rules.length === 0) return this.ready();
    return this.#queue(async () => {
      const old = ofFamily(rules, 'ipv4');
      if (old.length > 0) await restore(daemon, 'ipv4', addText(old));
      await this.#addV6(daemon, ofFamily(rules, 'ipv6'));
    });
  }

  /** Never rejects: a rule that is gone already is no error. */
  async remove(daemon: Daemon, rules: readonly Rule[]): Promise<void> {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const own = ofFamily(rules, family);
      if (own.length > 0) await this.#remove(daemon, family, own);
    }
  }

  /** Resolves when everything asked for so far is in place, or has failed. */
  ready(): Promise<void> {
    return this.#last;
  }

  async #addV6(daemon: Daemon, rules: readonly Rule[]): Promise<void> {
    if (rules.length === 0) return;
    await restore(daemon, 'ipv6', (this.#hasV6 ? '' : baseRulesV6()) + addText(rules));
    this.#hasV6 = true;
  }

  async #remove(daemon: Daemon, family: AddressFamily, rules: readonly Rule[]): Promise<void> {
    await this.#queue(async () => {
      try {
        await restore(daemon, family, removeText(rules));
      } catch {
        for (const rule of rules) await restore(daemon, family, removeText([rule])).catch(() => {});
      }
    }).catch(() => {});
  }

  #queue(change: () => Promise<void>): Promise<void> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }
}

function ofFamily(rules: readonly Rule[], family: AddressFamily): Rule[] {
  return rules.filter((rule) => rule.family === family);
}

function restore({ guest }: Daemon, family: AddressFamily, text: string): Promise<void> {
  const cause = 'Tell the kernel which packets may pass, and which get other addresses';
  const program = family === 'ipv6' ? 'ip6tables' : 'iptables';
  return restoreRules(guest, text, { program, cause });
}
