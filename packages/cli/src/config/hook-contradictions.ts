import type { Origins } from './origins.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './schema.ts';

/** What cannot be together in the list `hooks`. */
export function hookContradictions({ hooks = [] }: Settings, _: Origins): readonly Problem[] {
  return hooks.flatMap((hook, index) => {
    const path = `hooks.${index}`;
    const ways = (['command', 'url', 'module'] as const).filter((way) => hook[way] !== undefined);
    const { url } = hook;
    return [
      ...(ways.length === 1
        ? []
        : [{ path, text: 'A hook is one of command, url and module: name exactly one.' }]),
      ...(hook.arguments.length > 0 && hook.command === undefined
        ? [{ path: `${path}.arguments`, text: 'Arguments are for a command.' }]
        : []),
      ...(hook.secret !== undefined && url === undefined
        ? [{ path: `${path}.secret`, text: 'Only the POST to a url is signed.' }]
        : []),
      ...(url !== undefined && (new URL(url).username !== '' || new URL(url).password !== '')
        ? [{ path: `${path}.url`, text: 'No password belongs in it: the secret signs each POST.' }]
        : []),
    ];
  });
}
