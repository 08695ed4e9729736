import { parseArgs } from 'node:util';
import { nearest } from '../run/nearest.ts';
import { UsageError } from '../run/usage-error.ts';
import type { Command, Invocation } from './command.ts';

const COMMON = { help: { type: 'boolean', short: 'h' }, debug: { type: 'boolean' } } as const;

/** Parses what follows the command's name. */
export function parse(command: Command, args: readonly string[]): Omit<Invocation, 'experiments'> {
  const options = { ...command.options, ...COMMON };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Invocation['values'], positionals };
  } catch (error) {
    throw new UsageError(explain(error as Error & { code?: string }, command.name, Object.keys(options)));
  }
}

/** @throws UsageError if the number of positional arguments is not the command's. */
export function assertPositionals({ name, positionals: wanted }: Command, got: readonly string[]): void {
  const usage = `usage: arborize ${[name, ...wanted.map((each) => `<${each}>`)].join(' ')}`;
  if (got.length < wanted.length) throw new UsageError(`${name} needs ${wanted[got.length]}; ${usage}`);
  if (got.length > wanted.length)
    throw new UsageError(`${name} does not take '${got[wanted.length]}'; ${usage}`);
}

/** The whole number above 0 in an option, or `undefined` if the option was not given. */
export function countOption(values: Invocation['values'], option: string): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(String(text))) return Number(text);
  throw new UsageError(`--${option} must be a whole number above 0, got '${text}'.`);
}

/** The names in an option, separated by commas, or `undefined` if the option was not given. */
export function listOption(values: Invocation['values'], option: string): string[] | undefined {
  const text = values[option] as string | undefined;
  const names = text?.split(',').map((name) => name.trim());
  if (names?.includes(''))
    throw new UsageError(`--${option} must be names separated by commas, got '${text}'.`);
  return names;
}

function explain(error: Error & { code?: string }, command: string, known: readonly string[]): string {
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const flag = /'(-[^']*)'/.exec(error.message)?.[1] ?? '';
    const near = nearest(flag.replace(/^-+/, ''), known);
    const advice = near ? `did you mean --${near}?` : `see arborize ${command} --help.`;
    return `${command} has no option ${flag}; ${advice}`;
  }
  // Node's message goes on with advice about leading dashes that only confuses here.
  return `${error.message.split('\n')[0]!.split('. ')[0]!.replace(/\.$/, '')}.`;
}
