/** `EXPOSE 80 443/tcp 8000-8010/udp`: which ports of a container are meant. */
import { KindError } from '../../lib/errors.ts';

const portMax = 65_535;

/** `80/tcp` for each port of a specification. What stands before a colon is the host's and means nothing here. */
export function exposedPorts(specification: string): string[] {
  const slash = specification.indexOf('/');
  const protocol = slash < 0 ? 'tcp' : specification.slice(slash + 1).toLowerCase();
  const ports = (slash < 0 ? specification : specification.slice(0, slash)).split(':').at(-1) ?? '';
  if (ports === '') throw invalid(`no port specified: ${specification}<empty>`);
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw invalid(`invalid proto: ${protocol}`);
  const [, first = '', last = first] = /^([0-9]+)(?:-([0-9]+))?$/.exec(ports) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first === '' || start > portMax || end > portMax || end < start)
    throw invalid(`invalid containerPort: ${ports}`);
  return Array.from({ length: end - start + 1 }, (_, index) => `${start + index}/${protocol}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
